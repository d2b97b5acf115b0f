namespace Mettle;

/// <summary>
/// A composite with its own kernels. They serve first-order training; second order, batching and traces use
/// <see cref="Decompose"/>, which states the same function in other ops. A test holds both equal.
/// </summary>
public abstract class FusedOp : Op
{
    /// <summary>The same function in other ops.</summary>
    public abstract Tensor[] Decompose(Tensor[] inputs);

    /// <summary>Work of the gradient's kernels in forward passes of this op: two products for each product, as a rule.</summary>
    internal virtual int GradientPasses(Node node) => 2;

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (ThreadContext.Current is { IsQuiet: true, Tracer: null })
        {
            return FusedGradient(node, grads);
        }

        Tensor[] inputs = [.. node.Inputs];
        using var on = Autograd.Recording();
        var outputs = Decompose(inputs);
        var total = new Tensor?[inputs.Length];
        for (int k = 0; k < outputs.Length; k++)
        {
            if (grads[k] is not { } g || !outputs[k].RequiresGrad)
            {
                continue;
            }

            var partial = Autograd.Partial(outputs[k], inputs, g);
            for (int i = 0; i < total.Length; i++)
            {
                total[i] = total[i] is { } sum && partial[i] is { } more ? sum + more : total[i] ?? partial[i];
            }
        }

        return total;
    }

    /// <inheritdoc/>
    public sealed override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => Transforms.Vmap(Decompose, inputs.ToArray(), batched.ToArray());

    /// <summary>Gradients by the fused kernels (not recorded); entries where <see cref="Node.Needs(int)"/> is false may be null.</summary>
    protected abstract Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads);
}
