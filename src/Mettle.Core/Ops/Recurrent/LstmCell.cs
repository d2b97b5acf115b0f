namespace Mettle;

/// <summary>
/// A step of long short-term memory: from pre-activations [N, 4 H], stacked as i, f, g, o, and the cell state [N, H] to
/// h' = o tanh(c') and c' = f c + i g, where i, f, o are logistic and g is tanh. Gers, Schmidhuber, Cummins: Learning to
/// Forget, 2000; PyTorch's gate order.
/// </summary>
public sealed class LstmCell : FusedOp
{
    private LstmCell()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static LstmCell Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("lstm_cell", typeof(LstmCell), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "lstm_cell";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        ExpectFloat(inputs[0]);
        var (gates, c) = (inputs[0], inputs[1]);
        return c.Shape.Rank == 2 && gates == new TensorSpec([c.Shape[0], 4 * c.Shape[1]], c.DType)
            ? [c, c]
            : throw Bad($"needs gates [N, 4 H] and a cell state [N, H] of one type, got {gates} and {c}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(9 * inputs[1].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var (gates, c, n) = (inputs[0], inputs[1], inputs[1].Shape[1]);
        Tensor Gate(int k) => gates.Narrow(1, k * n, (k + 1) * n);
        var next = (Gate(1).Sigmoid() * c) + (Gate(0).Sigmoid() * Gate(2).Tanh());
        return [Gate(3).Sigmoid() * next.Tanh(), next];
    }

    internal override bool WantsRows(int input, Shape shape) => true;

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (gates, c) = (inputs[0].RowMajor(), inputs[1].RowMajor());
        if (c.DType == DType.F32)
        {
            LstmRows.Forward<float>(gates, c, outputs[0], outputs[1]);
        }
        else
        {
            LstmRows.Forward<double>(gates, c, outputs[0], outputs[1]);
        }
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is null && grads[1] is null)
        {
            return [null, null];
        }

        var (gates, c) = (node.Inputs[0].RowMajor(), node.Inputs[1].RowMajor());
        var (h, next) = (grads[0]?.RowMajor(), grads[1]?.RowMajor());
        var (dGates, dc) = (Tensor.Allocate(gates.Shape, gates.DType), Tensor.Allocate(c.Shape, c.DType));
        if (c.DType == DType.F32)
        {
            LstmRows.Backward<float>(gates, c, h, next, dGates, dc);
        }
        else
        {
            LstmRows.Backward<double>(gates, c, h, next, dGates, dc);
        }

        return [dGates, dc];
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", Instance, 9 * 3 * 5, new SampleInput([3, 20]), new SampleInput([3, 5])),
        new("wide", Instance, 9 * 2 * 37, new SampleInput([2, 148]), new SampleInput([2, 37])),
        new("no rows", Instance, 0, new SampleInput([0, 8]), new SampleInput([0, 2])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("width", () => Instance.Apply(Tensor.Zeros([2, 9]), Tensor.Zeros([2, 3])), "lstm_cell: needs gates [N, 4 H] and a cell state [N, H] of one type, got f32[2, 9] and f32[2, 3]"),
    ];
}
