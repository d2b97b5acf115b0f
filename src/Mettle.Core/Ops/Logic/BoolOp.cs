namespace Mettle;

/// <summary>An element by element function of bool tensors of equal shape; it carries no gradient.</summary>
public abstract class BoolOp : ElementwiseOp
{
    /// <summary>Number of operands.</summary>
    protected abstract int Operands { get; }

    /// <inheritdoc/>
    public sealed override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, Operands);
        foreach (var s in inputs)
        {
            if (s.DType != DType.Bool || s.Shape != inputs[0].Shape)
            {
                throw Bad($"needs bool tensors of equal shape, got {string.Join(" and ", inputs.ToArray())}.");
            }
        }

        return [inputs[0]];
    }

    /// <inheritdoc/>
    public sealed override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(0, inputs, outputs);

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads) => new Tensor?[Operands];
}
