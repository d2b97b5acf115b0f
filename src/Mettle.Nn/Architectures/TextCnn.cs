namespace Mettle.Nn;

/// <summary>
/// Filters of several widths over a sequence, rectified, the largest value of each over all places, then a linear layer: Kim,
/// "Convolutional neural networks for sentence classification" (EMNLP 2014), section 2. Keys: "filters.0.*", ..., "output.*".
/// </summary>
public sealed class TextCnn : Module
{
    private readonly List<Conv1d> convolutions = [];
    private readonly Activation activation;
    private readonly Dropout dropout;
    private readonly Linear output;

    /// <param name="inputs">Features of a step.</param>
    /// <param name="kernels">Steps that a filter sees, for each group of filters.</param>
    /// <param name="filters">Filters of each group.</param>
    /// <param name="outputs">Columns of the output.</param>
    /// <param name="dropout">Rate before the output layer.</param>
    public TextCnn(int inputs, IReadOnlyList<int> kernels, int filters, int outputs, double dropout = 0)
    {
        if (kernels.Count == 0)
        {
            throw new ArgumentException("TextCnn needs at least one kernel size.");
        }

        convolutions.AddRange(kernels.Select(k => new Conv1d(inputs, filters, k)));
        Register("filters", new Sequential([.. convolutions]));
        activation = Register("activation", Activation.Of("relu"));
        this.dropout = Register("dropout", new Dropout(dropout));
        output = Register("output", new Linear(kernels.Count * filters, outputs));
    }

    /// <summary>[N, T, inputs] to [N, outputs]; T must be at least the widest kernel.</summary>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var channels = x.Permute(0, 2, 1);
        var largest = convolutions.Select(c => activation.Forward(c.Forward(channels, pass), pass).Max(2)).ToArray();
        return Watch(output.Forward(dropout.Forward(largest.Length == 1 ? largest[0] : Tensor.Concat(1, largest), pass), pass));
    }
}
