namespace Mettle;

/// <summary>
/// (x - mean) / sqrt(variance + epsilon) over the last axes, then times a weight and plus a bias of those axes' shape, if
/// given. The variance is the biased one. Ba, Kiros, Hinton: Layer Normalization, 2016.
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

        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense((6 + inputs.Length) * outputs[0].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var x = inputs[0];
        int[] last = [.. Enumerable.Range(x.Rank - axes, axes)];
        var centred = x - x.KeepMean(last);
        var y = centred / (centred.Square().KeepMean(last) + epsilon).Sqrt();
        y = inputs.Length > 1 ? y * inputs[1] : y;
        return [inputs.Length > 2 ? y + inputs[2] : y];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = inputs[0].RowMajor();
        var w = inputs.Length > 1 ? inputs[1].RowMajor() : null;
        var b = inputs.Length > 2 ? inputs[2].RowMajor() : null;
        if (x.DType == DType.F32)
        {
            LayerNormRows.Forward<float>(x, w, b, outputs[0], Width(x.Shape), epsilon);
        }
        else
        {
            LayerNormRows.Forward<double>(x, w, b, outputs[0], Width(x.Shape), epsilon);
        }
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is not { } g)
        {
            return result;
        }

        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Tensor.Allocate(node.Inputs[i].Shape, g.DType);
        }

        var x = node.Inputs[0].RowMajor();
        var w = result.Length > 1 ? node.Inputs[1].RowMajor() : null;
        var dw = result.Length > 1 ? result[1] : null;
        var db = result.Length > 2 ? result[2] : null;
        if (g.DType == DType.F32)
        {
            LayerNormRows.Backward<float>(x, w, g.RowMajor(), result[0]!, dw, db, Width(x.Shape), epsilon);
        }
        else
        {
            LayerNormRows.Backward<double>(x, w, g.RowMajor(), result[0]!, dw, db, Width(x.Shape), epsilon);
        }

        return result;
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
