namespace Mettle;

/// <summary>The same elements, cut from the graph: no gradient flows back.</summary>
public sealed class StopGradient : Op
{
    private StopGradient()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static StopGradient Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("stop_gradient", typeof(StopGradient), Samples, () => []);

    /// <inheritdoc/>
    public override string Name => "stop_gradient";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads) => [null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size) => [Apply(inputs[0])];

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => default;

    internal override PlanKind PlanKind => PlanKind.View;

    /// <inheritdoc/>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        // The graph no longer knows who reads this memory, so a backward pass must not free it.
        inputs[0].Retain();
        return [inputs[0].View(inputs[0].Shape, inputs[0].Strides, inputs[0].Offset)];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => throw new InvalidOperationException("stop_gradient makes a view.");

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 0, new SampleInput([5, 7])) { Differentiable = [] },
    ];
}
