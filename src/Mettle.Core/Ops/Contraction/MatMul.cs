namespace Mettle;

/// <summary>
/// Batched matrix product [..., M, K] x [..., K, N] with equal leading axes. Each result element is one ascending chain of
/// fused multiply-adds over k. Transposed operands (views) cost no copy.
/// </summary>
public sealed class MatMul : Op
{
    private MatMul()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static MatMul Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("matmul", typeof(MatMul), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "matmul";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        var (a, b) = (inputs[0].Shape, inputs[1].Shape);
        ExpectFloat(inputs[0]);
        bool fits = a.Rank >= 2 && a.Rank == b.Rank && inputs[0].DType == inputs[1].DType
            && a[^1] == b[^2] && a.Dims[..^2].SequenceEqual(b.Dims[..^2]);
        return fits
            ? [new(a.With(a.Rank - 1, b[^1]), inputs[0].DType)]
            : throw Bad($"{inputs[0]} and {inputs[1]} do not fit: the last axis of the first must equal the last but one of the second, leading axes and types must be equal.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(2 * outputs[0].Shape.Count * inputs[0].Shape[^1], inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return [null, null];
        }

        return
        [
            node.Needs(0) ? Apply(g, node.Inputs[1].Transpose()) : null,
            node.Needs(1) ? Apply(node.Inputs[0].Transpose(), g) : null,
        ];
    }

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => [Apply(Batched(inputs[0], batched[0], size), Batched(inputs[1], batched[1], size))];

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.F32)
        {
            Gemm.Batched<float>(inputs[0], inputs[1], outputs[0]);
        }
        else
        {
            Gemm.Batched<double>(inputs[0], inputs[1], outputs[0]);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("small", Instance, 2 * 5 * 7 * 3, new SampleInput([5, 7]), new SampleInput([7, 3])) { Tolerance = 1e-5 },
        new("tile edges", Instance, 2 * 19 * 40 * 37, new SampleInput([19, 40]), new SampleInput([40, 37])) { Tolerance = 1e-5 },
        new("batched", Instance, 2 * 4 * 3 * 5 * 2, new SampleInput([4, 3, 5]), new SampleInput([4, 5, 2])) { Tolerance = 1e-5 },
        new("one row", Instance, 2 * 65 * 33, new SampleInput([1, 65]), new SampleInput([65, 33])) { Tolerance = 1e-5 },
        new("no depth", Instance, 0, new SampleInput([2, 0]), new SampleInput([0, 3])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("depth", () => Instance.Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3])), "matmul: f32[2, 3] and f32[2, 3] do not fit"),
        new("types", () => Instance.Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([3, 2], DType.F64)), "matmul: f32[2, 3] and f64[3, 2] do not fit"),
    ];
}
