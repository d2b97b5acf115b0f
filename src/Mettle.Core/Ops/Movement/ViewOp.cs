namespace Mettle;

/// <summary>An op of one tensor that moves no data where it can: its result shares the operand's memory.</summary>
public abstract class ViewOp : Op
{
    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => default;

    internal override PlanKind PlanKind => PlanKind.View;

    /// <inheritdoc/>
    protected internal sealed override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs) => [View(inputs[0], specs[0].Shape)];

    /// <inheritdoc/>
    protected sealed override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => throw new InvalidOperationException($"{Name} makes a view.");

    /// <summary>The result as a view of <paramref name="x"/>.</summary>
    protected abstract Tensor View(Tensor x, Shape shape);
}
