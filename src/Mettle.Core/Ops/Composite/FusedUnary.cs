namespace Mettle;

/// <summary>A fused function of one tensor, element by element, with a kernel each way.</summary>
public abstract class FusedUnary : FusedOp
{
    /// <inheritdoc/>
    public sealed override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        ExpectFloat(inputs[0]);
        return [inputs[0]];
    }

    /// <inheritdoc/>
    public sealed override Tensor[] Decompose(Tensor[] inputs) => [Decompose(inputs[0])];

    /// <inheritdoc/>
    public sealed override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(FlopsPerElement * outputs[0].Shape.Count, inputs, outputs);

    /// <summary>Floating-point operations of one result.</summary>
    protected abstract int FlopsPerElement { get; }

    /// <summary>The same function in other ops.</summary>
    protected abstract Tensor Decompose(Tensor x);

    /// <summary>Fills <paramref name="y"/>.</summary>
    protected abstract void Forward(Tensor x, Tensor y);

    /// <summary>Fills <paramref name="dx"/> with <paramref name="g"/> times the derivative at <paramref name="x"/>.</summary>
    protected abstract void Backward(Tensor x, Tensor g, Tensor dx);

    /// <inheritdoc/>
    protected internal sealed override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        var y = Tensor.AllocateLike(specs[0].Shape, Elementwise.ResultStrides(inputs, specs[0].Shape), specs[0].DType);
        Forward(inputs[0], y);
        return [y];
    }

    /// <inheritdoc/>
    protected sealed override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) => Forward(inputs[0], outputs[0]);

    /// <inheritdoc/>
    protected sealed override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return [null];
        }

        var x = node.Inputs[0];
        var dx = Tensor.AllocateLike(x.Shape, Elementwise.ResultStrides([x], x.Shape), x.DType);
        Backward(x, g, dx);
        return [dx];
    }
}
