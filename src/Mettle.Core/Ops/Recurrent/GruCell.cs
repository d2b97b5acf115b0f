namespace Mettle;

/// <summary>
/// A step of a gated recurrent unit: from the input's and the state's shares of the pre-activations, each [N, 3 H] stacked
/// as r, z, n, and the state h [N, H] to n + z (h - n) with n = tanh(x_n + r u_n). Cho et al., 2014, in PyTorch's variant.
/// </summary>
public sealed class GruCell : FusedOp
{
    private GruCell()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static GruCell Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("gru_cell", typeof(GruCell), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "gru_cell";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 3);
        ExpectFloat(inputs[0]);
        var h = inputs[2];
        return h.Shape.Rank == 2 && inputs[0] == inputs[1] && inputs[0] == new TensorSpec([h.Shape[0], 3 * h.Shape[1]], h.DType)
            ? [h]
            : throw Bad($"needs two shares of the gates [N, 3 H] and a state [N, H] of one type, got {inputs[0]}, {inputs[1]} and {h}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(10 * outputs[0].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var (x, u, h) = (inputs[0], inputs[1], inputs[2]);
        int width = h.Shape[1];
        Tensor Gate(Tensor t, int k) => t.Narrow(1, k * width, (k + 1) * width);
        var r = (Gate(x, 0) + Gate(u, 0)).Sigmoid();
        var z = (Gate(x, 1) + Gate(u, 1)).Sigmoid();
        var n = (Gate(x, 2) + (r * Gate(u, 2))).Tanh();
        return [n + (z * (h - n))];
    }

    internal override bool WantsRows(int input, Shape shape) => true;

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, u, h) = (inputs[0].RowMajor(), inputs[1].RowMajor(), inputs[2].RowMajor());
        if (h.DType == DType.F32)
        {
            GruRows.Forward<float>(x, u, h, outputs[0]);
        }
        else
        {
            GruRows.Forward<double>(x, u, h, outputs[0]);
        }
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } grad)
        {
            return [null, null, null];
        }

        var (x, u, h, g) = (node.Inputs[0].RowMajor(), node.Inputs[1].RowMajor(), node.Inputs[2].RowMajor(), grad.RowMajor());
        var (dx, du, dh) = (Tensor.Allocate(x.Shape, x.DType), Tensor.Allocate(u.Shape, u.DType), Tensor.Allocate(h.Shape, h.DType));
        if (h.DType == DType.F32)
        {
            GruRows.Backward<float>(x, u, h, g, dx, du, dh);
        }
        else
        {
            GruRows.Backward<double>(x, u, h, g, dx, du, dh);
        }

        return [dx, du, dh];
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", Instance, 10 * 3 * 5, new SampleInput([3, 15]), new SampleInput([3, 15]), new SampleInput([3, 5])),
        new("wide", Instance, 10 * 2 * 37, new SampleInput([2, 111]), new SampleInput([2, 111]), new SampleInput([2, 37])),
        new("no rows", Instance, 0, new SampleInput([0, 6]), new SampleInput([0, 6]), new SampleInput([0, 2])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("width", () => Instance.Apply(Tensor.Zeros([2, 9]), Tensor.Zeros([2, 9]), Tensor.Zeros([2, 4])), "gru_cell: needs two shares of the gates [N, 3 H] and a state [N, H] of one type, got f32[2, 9], f32[2, 9] and f32[2, 4]"),
    ];
}
