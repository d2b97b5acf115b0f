namespace Mettle.Nn;

/// <summary>
/// Numeric columns and embedded categorical columns into a multilayer perceptron. Guo and Berkhahn, "Entity embeddings of
/// categorical variables" (2016). Keys: "embeddings.0.weight", ..., "mlp.*".
/// </summary>
public sealed class TabularNet : Module, IReadout
{
    private readonly List<Embedding> embeddings = [];
    private readonly Sequential table;
    private readonly Mlp mlp;
    private readonly int numeric;

    /// <param name="numeric">Numeric columns.</param>
    /// <param name="cardinalities">Levels of each categorical column, unknown included; codes are 0 to level count - 1.</param>
    /// <param name="hidden">Width of each hidden layer.</param>
    /// <param name="outputs">Columns of the output.</param>
    /// <param name="activation">Word of <see cref="Activation.Of"/>.</param>
    /// <param name="dropout">Rate after each hidden layer.</param>
    /// <param name="norm">A word of <see cref="NormWords.All"/>.</param>
    public TabularNet(
        int numeric, IReadOnlyList<int> cardinalities, IReadOnlyList<int> hidden, int outputs, string activation = "relu", double dropout = 0, string norm = "none")
    {
        if (numeric < 0 || numeric + cardinalities.Count == 0)
        {
            throw new ArgumentException("TabularNet needs at least one column, numeric or categorical.");
        }

        this.numeric = numeric;
        embeddings.AddRange(cardinalities.Select(c => new Embedding(c, WidthFor(c))));
        table = Register("embeddings", new Sequential([.. embeddings]));
        mlp = Register("mlp", new Mlp(numeric + embeddings.Sum(e => e.Width), hidden, outputs, activation, dropout, norm));
    }

    /// <inheritdoc/>
    public Linear Readout => mlp.Readout;

    /// <summary>Width of a column's embedding: half its levels, at most 50.</summary>
    public static int WidthFor(int levels) => Math.Min(50, (levels + 1) / 2);

    /// <summary>The numeric columns alone, for tables without categorical ones.</summary>
    public override Tensor Forward(Tensor x, Pass pass) => Forward([x], pass);

    /// <summary>
    /// Numeric columns [N, numeric], then codes i64 [N, categorical]; a kind without columns is left out. Result [N, outputs].
    /// </summary>
    public override Tensor Forward(IReadOnlyList<Tensor> inputs, Pass pass) => Watch(mlp.Forward(Row(inputs, pass), pass));

    /// <inheritdoc/>
    public Tensor Features(IReadOnlyList<Tensor> inputs, Pass pass) => mlp.Features(Row(inputs, pass), pass);

    private Tensor Row(IReadOnlyList<Tensor> inputs, Pass pass)
    {
        int kinds = (numeric > 0 ? 1 : 0) + (embeddings.Count > 0 ? 1 : 0);
        if (inputs.Count != kinds || (numeric > 0 && inputs[0].Shape[^1] != numeric) || (embeddings.Count > 0 && inputs[^1].Shape[^1] != embeddings.Count))
        {
            string got = string.Join(", ", inputs.Select(i => i.Spec));
            throw new ArgumentException($"TabularNet '{Path}' takes {numeric} numeric and {embeddings.Count} categorical columns as {kinds} tensors, got {got}.");
        }

        var parts = new List<Tensor>();
        if (numeric > 0)
        {
            parts.Add(inputs[0]);
        }

        for (int i = 0; i < embeddings.Count; i++)
        {
            parts.Add(embeddings[i].Forward(inputs[^1].Select(1, i), pass));
        }

        return parts.Count == 1 ? parts[0] : Tensor.Concat(1, [.. parts]);
    }
}
