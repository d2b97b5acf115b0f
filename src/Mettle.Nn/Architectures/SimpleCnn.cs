namespace Mettle.Nn;

/// <summary>
/// A small convolutional classifier for images such as 28x28 or 32x32: per width a block of twice (3x3 convolution, batch norm,
/// ReLU) and a 2x2 max pool (left out where an axis has one pixel), then the mean of each channel, dropout, and a linear layer;
/// VGG's blocks (Simonyan and Zisserman 2015) with batch norm or another. Keys: "blocks.0.*", ..., "output.*".
/// </summary>
public sealed class SimpleCnn : Module, IReadout
{
    // With fewer the transforms cost more than they save.
    private const int LeastChannels = 16;
    private readonly Sequential blocks;
    private readonly GlobalAvgPool pool;
    private readonly Dropout dropout;
    private readonly Linear output;

    /// <param name="channels">Channels of the image.</param>
    /// <param name="widths">Channels of each block.</param>
    /// <param name="outputs">Classes.</param>
    /// <param name="dropout">Rate before the output layer.</param>
    /// <param name="winograd">Whether convolutions are faster and less exact, see <see cref="ConvolutionOp.Winograd"/>.</param>
    /// <param name="norm">A word of <see cref="NormWords.All"/>; the paragraph above is for "batch".</param>
    /// <param name="standardized">Whether filters are standardised (<see cref="StandardizedConv2d"/>).</param>
    public SimpleCnn(
        int channels, IReadOnlyList<int> widths, int outputs, double dropout = 0, bool winograd = false, string norm = "batch", bool standardized = false)
    {
        if (widths.Count == 0)
        {
            throw new ArgumentException("SimpleCnn needs at least one block width.");
        }

        var parts = new List<Module>();
        int before = channels;
        foreach (int width in widths)
        {
            List<Module?> layers =
            [
                Convolution(before, width, isFirst: parts.Count == 0), NormWords.OfImages(norm, width), Activation.Of("relu"),
                Convolution(width, width, isFirst: false), NormWords.OfImages(norm, width), Activation.Of("relu"),
            ];
            parts.Add(new Sequential([.. layers.OfType<Module>()]));
            before = width;
        }

        blocks = Register("blocks", new Sequential([.. parts]));
        pool = Register("pool", new GlobalAvgPool());
        this.dropout = Register("dropout", new Dropout(dropout));
        output = Register("output", new Linear(before, outputs));

        Module Convolution(int from, int to, bool isFirst)
        {
            // A norm has a bias of its own.
            bool bias = norm == "none", fast = winograd && from >= LeastChannels;
            return standardized
                ? new StandardizedConv2d(from, to, 3, padding: 1, bias: bias, scale: isFirst ? 1 : StandardizedConv2d.RectifierGain, winograd: fast)
                : new Conv2d(from, to, 3, padding: 1, bias: bias, winograd: fast);
        }
    }

    /// <summary>Each convolution with what follows it is a part: the first block holds as much as all others together.</summary>
    public override int CheckpointActivations(DType storage = DType.F32)
        => blocks.Children.Sum(b => ((Sequential)b.Module).CheckpointActivations(2, storage));

    /// <inheritdoc/>
    public Linear Readout => output;

    /// <summary>What the output layer sees, [N, last width].</summary>
    public Tensor Features(Tensor x, Pass pass)
    {
        var input = x;
        foreach (var (_, block) in blocks.Children)
        {
            x = Step(input, x, block.Forward(x, pass));
            x = Math.Min(x.Shape[2], x.Shape[3]) >= 2 ? Step(input, x, x.MaxPool2d(2)) : x;
        }

        return Step(input, x, pool.Forward(x, pass));
    }

    Tensor IReadout.Features(IReadOnlyList<Tensor> inputs, Pass pass) => Features(inputs[0], pass);

    /// <summary>[N, channels, H, W] to logits [N, outputs].</summary>
    public override Tensor Forward(Tensor x, Pass pass)
        => x.Rank == 4
            ? Watch(output.Forward(dropout.Forward(Features(x, pass), pass), pass))
            : throw new ArgumentException($"SimpleCnn '{Path}' takes [N, C, H, W], got {x.Shape}.");
}
