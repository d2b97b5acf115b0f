namespace Mettle;

/// <summary>
/// (x - mean) / sqrt(variance + epsilon) over the last axes, then times a weight and plus a bias of those axes' shape, if
/// given. The variance is the biased one. Results: y, and of each row of those axes the mean and 1 / sqrt(variance +
/// epsilon), which the backward pass reads. Ba, Kiros, Hinton: Layer Normalization, 2016.
/// </summary>
public sealed class LayerNormalization : FusedOp
{
    private readonly int axes;
    private readonly double epsilon;

    /// <summary>Normalises over the last <paramref name="axes"/> axes.</summary>
    public LayerNormalization(int axes, double epsilon) => (this.axes, this.epsilon) = (axes, epsilon);

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("layer_norm", typeof(LayerNormalization), Samples, Errors);

    /// <summary>Number of normalised axes.</summary>
    public int Axes => axes;

    /// <summary>What is added to the variance.</summary>
    public double Epsilon => epsilon;

    /// <inheritdoc/>
    public override string Name => "layer_norm";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("axes", axes), new("epsilon", epsilon)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length is < 1 or > 3)
        {
            throw Bad($"takes 1 to 3 inputs, got {inputs.Length}.");
        }

        ExpectFloat(inputs[0]);
        var x = inputs[0].Shape;
        if (axes < 1 || axes > x.Rank)
        {
            throw Bad($"cannot normalise the last {axes} axes of {x}.");
        }

        TensorSpec affine = new(new Shape(x.Dims[^axes..]), inputs[0].DType);
        foreach (var input in inputs[1..])
        {
            if (input != affine)
            {
                throw Bad($"weight and bias must be {affine}, got {input}.");
            }
        }

        TensorSpec rows = new(new Shape(x.Dims[..^axes]), inputs[0].DType);
        return [inputs[0], rows, rows];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense((6 + inputs.Length) * outputs[0].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var x = inputs[0];
        int[] last = [.. Enumerable.Range(x.Rank - axes, axes)];
        var mean = x.KeepMean(last);
        var centred = x - mean;
        var scale = 1 / (centred.Square().KeepMean(last) + epsilon).Sqrt();
        var y = centred * scale;
        y = inputs.Length > 1 ? y * inputs[1] : y;
        var rows = new Shape(x.Shape.Dims[..^axes]);
        return [inputs.Length > 2 ? y + inputs[2] : y, mean.Reshape(rows), scale.Reshape(rows)];
    }

    internal override bool WantsRows(int input, Shape shape) => true;

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = inputs[0].RowMajor();
        var w = inputs.Length > 1 ? inputs[1].RowMajor() : null;
        var b = inputs.Length > 2 ? inputs[2].RowMajor() : null;
        if (x.DType == DType.F32)
        {
            LayerNormRows.Forward<float>(x, w, b, outputs[0], outputs[1], outputs[2], Width(x.Shape), epsilon);
        }
        else
        {
            LayerNormRows.Forward<double>(x, w, b, outputs[0], outputs[1], outputs[2], Width(x.Shape), epsilon);
        }
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var (input, mean, scale) = (node.Inputs[0], node.Outputs[1], node.Outputs[2]);
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is { } g)
        {
            result[0] = Tensor.Allocate(input.Shape, g.DType);
            for (int i = 1; i < result.Length; i++)
            {
                result[i] = node.Needs(i) ? Tensor.Allocate(node.Inputs[i].Shape, g.DType) : null;
            }

            var x = input.RowMajor();
            var w = result.Length > 1 ? node.Inputs[1].RowMajor() : null;
            var dw = result.Length > 1 ? result[1] : null;
            var db = result.Length > 2 ? result[2] : null;
            if (g.DType == DType.F32)
            {
                LayerNormRows.Backward<float>(x, w, g.RowMajor(), mean, scale, result[0]!, dw, db, Width(x.Shape));
            }
            else
            {
                LayerNormRows.Backward<double>(x, w, g.RowMajor(), mean, scale, result[0]!, dw, db, Width(x.Shape));
            }
        }

        if (grads[1] is not null || grads[2] is not null)
        {
            result[0] = Moments(input, mean, scale, grads[1], grads[2], result[0]);
        }

        return result;
    }

    // Gradients that arrive at the mean and the scale themselves.
    private Tensor Moments(Tensor x, Tensor mean, Tensor scale, Tensor? byMean, Tensor? byScale, Tensor? sum)
    {
        double share = 1.0 / Width(x.Shape);
        var column = x.Shape;
        for (int i = x.Rank - axes; i < x.Rank; i++)
        {
            column = column.With(i, 1);
        }

        if (byMean is not null)
        {
            var term = (byMean * share).Reshape(column).Broadcast(x.Shape);
            sum = sum is null ? term : sum + term;
        }

        if (byScale is not null)
        {
            var term = (x - mean.Reshape(column)) * (byScale * scale * scale * scale * -share).Reshape(column);
            sum = sum is null ? term : sum + term;
        }

        return sum!;
    }

    private int Width(Shape x)
    {
        int n = 1;
        foreach (int d in x.Dims[^axes..])
        {
            n *= d;
        }

        return n;
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("plain", new LayerNormalization(1, 1e-5), 7 * 35, new SampleInput([5, 7])) { Tolerance = 1e-5 },
        new("one row", new LayerNormalization(1, 1e-5), 7 * 37, new SampleInput([1, 37])) { Tolerance = 1e-5 },
        new("affine", new LayerNormalization(1, 1e-5), 9 * 2 * 3 * 20, new SampleInput([2, 3, 20]), new SampleInput([20]), new SampleInput([20])) { Tolerance = 1e-5 },
        new("two axes", new LayerNormalization(2, 1e-3), 8 * 40 * 3 * 4, new SampleInput([40, 3, 4]), new SampleInput([3, 4])) { Tolerance = 1e-5 },
        new("empty", new LayerNormalization(1, 1e-5), 0, new SampleInput([0, 7])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("axes", () => new LayerNormalization(2, 1e-5).Apply(Tensor.Zeros([3])), "layer_norm: cannot normalise the last 2 axes of [3]"),
        new("weight", () => new LayerNormalization(1, 1e-5).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2])), "layer_norm: weight and bias must be f32[3], got f32[2]"),
    ];
}
