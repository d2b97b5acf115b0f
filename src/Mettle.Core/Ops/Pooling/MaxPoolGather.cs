namespace Mettle;

/// <summary>
/// For each index (i64, [N, C, h, w]) the element of the same image's and channel's plane that it names. The transpose of
/// <see cref="MaxPoolBackward"/>.
/// </summary>
public sealed class MaxPoolGather : PoolOp
{
    private MaxPoolGather()
        : base(1, 1, 0, 1)
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static MaxPoolGather Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("max_pool_gather", typeof(MaxPoolGather), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "max_pool_gather";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        ExpectFloat(inputs[0]);
        var (x, i) = (inputs[0].Shape, inputs[1].Shape);
        return x.Rank == 4 && i.Rank == 4 && inputs[1].DType == DType.I64 && x[0] == i[0] && x[1] == i[1]
            ? [new(i, inputs[0].DType)]
            : throw Bad($"needs [N, C, H, W] and i64 indices [N, C, h, w], got {inputs[0]} and {inputs[1]}.");
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var x = node.Inputs[0].Shape;
        return [grads[0] is { } g ? new MaxPoolBackward((x[2], x[3])).Apply(g, node.Inputs[1]) : null, null];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.F32)
        {
            PlaneIndex.Gather<float>(inputs[0], inputs[1], outputs[0]);
        }
        else
        {
            PlaneIndex.Gather<double>(inputs[0], inputs[1], outputs[0]);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("planes", Instance, 0, new SampleInput([2, 3, 4, 5]), new SampleInput([2, 3, 2, 3], Fill.Index, 20)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("channels", () => Instance.Apply(Tensor.Zeros([1, 2, 2, 2]), Tensor.Zeros([1, 1, 2, 3], DType.I64)), "max_pool_gather: needs [N, C, H, W] and i64 indices [N, C, h, w], got f32[1, 2, 2, 2] and i64[1, 1, 2, 3]"),
        new("index", () => Instance.Apply(Tensor.Zeros([1, 1, 2, 2]), Tensor.Full([1, 1, 1, 1], -1, DType.I64)), "index -1 is outside a plane of 4 elements"),
    ];
}
