namespace Mettle.Nn;

/// <summary>
/// A multilayer perceptron: hidden layers of linear, norm, activation and dropout, then a linear output. Inputs with more axes
/// than two are flattened. Keys: "hidden.0.*", "hidden.1.*", ..., "output.*".
/// </summary>
public sealed class Mlp : Module, IReadout
{
    private readonly Sequential hidden;
    private readonly Linear output;

    /// <param name="inputs">Features of a row.</param>
    /// <param name="hidden">Width of each hidden layer.</param>
    /// <param name="outputs">Columns of the output: classes, or targets of a regression.</param>
    /// <param name="activation">Word of <see cref="Activation.Of"/>.</param>
    /// <param name="dropout">Rate after each hidden layer.</param>
    /// <param name="norm">A word of <see cref="NormWords.All"/>, before the activation.</param>
    /// <param name="residual">Hidden layers of equal width become residual blocks of two linear layers: x + W' f(W x).</param>
    /// <param name="stochasticDepth">Share of residual blocks skipped in training.</param>
    /// <param name="init">Rule of the weights; null: PyTorch's.</param>
    public Mlp(
        int inputs,
        IReadOnlyList<int> hidden,
        int outputs,
        string activation = "relu",
        double dropout = 0,
        string norm = "none",
        bool residual = false,
        double stochasticDepth = 0,
        Initializer? init = null)
    {
        var layers = new List<Module>();
        int width = inputs;
        for (int i = 0; i < hidden.Count; i++)
        {
            layers.Add(residual && hidden[i] == width
                ? new Residual(Branch(width, activation, dropout, norm, stochasticDepth, init))
                : new Sequential([.. Layer(width, hidden[i], activation, dropout, norm, init)]));
            width = hidden[i];
        }

        this.hidden = Register("hidden", new Sequential([.. layers]));
        output = Register("output", new Linear(width, outputs, init: init));
    }

    /// <inheritdoc/>
    public Linear Readout => output;

    /// <summary>What the output layer sees, [N, last width].</summary>
    public Tensor Features(Tensor x, Pass pass) => hidden.Forward(x.Rank > 2 ? x.Flatten(1) : x, pass);

    Tensor IReadout.Features(IReadOnlyList<Tensor> inputs, Pass pass) => Features(inputs[0], pass);

    /// <summary>[N, ...] with <c>inputs</c> elements a row to [N, outputs].</summary>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(output.Forward(Features(x, pass), pass));

    private static List<Module> Layer(int inputs, int outputs, string activation, double dropout, string norm, Initializer? init)
    {
        var parts = new List<Module> { new Linear(inputs, outputs, bias: !NormWords.IsOverRows(norm), init) };
        if (NormWords.OfRows(norm, outputs) is { } layer)
        {
            parts.Add(layer);
        }

        parts.Add(Activation.Of(activation));
        if (dropout > 0)
        {
            parts.Add(new Dropout(dropout));
        }

        return parts;
    }

    private static Sequential Branch(int width, string activation, double dropout, string norm, double stochasticDepth, Initializer? init)
    {
        List<Module> parts = [.. Layer(width, width, activation, dropout, norm, init), new Linear(width, width, init: init)];
        if (stochasticDepth > 0)
        {
            parts.Add(new StochasticDepth(stochasticDepth));
        }

        return new([.. parts]);
    }
}
