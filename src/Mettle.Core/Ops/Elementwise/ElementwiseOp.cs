namespace Mettle;

/// <summary>An op whose every result element depends on the operands' elements at the same place.</summary>
public abstract class ElementwiseOp : Op
{
    /// <inheritdoc/>
    public sealed override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        var all = new Tensor[inputs.Length];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = Batched(inputs[i], batched[i], size);
        }

        return ApplyAll(all);
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(outputs[0].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    protected internal sealed override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        var y = Tensor.AllocateLike(specs[0].Shape, Elementwise.ResultStrides(inputs, specs[0].Shape), specs[0].DType);
        Tensor[] outputs = [y];
        Run(inputs, outputs);
        return outputs;
    }
}

/// <summary>A function of one tensor with a result of the same shape and type.</summary>
public abstract class UnaryOp : ElementwiseOp
{
    /// <summary>Whether the op takes integers too.</summary>
    protected virtual bool TakesIntegers => false;

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        if (!(TakesIntegers && inputs[0].DType is DType.I32 or DType.I64))
        {
            ExpectFloat(inputs[0]);
        }

        return [inputs[0]];
    }

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? Gradient(node.Inputs[0], node.Outputs[0], g) : null];

    /// <summary>Gradient by <paramref name="x"/>, given the result and its gradient; null if none flows.</summary>
    protected abstract Tensor? Gradient(Tensor x, Tensor y, Tensor g);

    /// <summary>
    /// The gradient by one kernel on result and gradient where nobody differentiates or traces it, else null: then it is to
    /// be stated in other ops.
    /// </summary>
    private protected static Tensor? FusedGradient<TLanes>(Tensor y, Tensor g)
        where TLanes : struct, IBinaryLanes<float>, IBinaryLanes<double>
    {
        if (Autograd.IsRecording || Tracer.IsActive)
        {
            return null;
        }

        var dx = Tensor.AllocateLike(y.Shape, Elementwise.ResultStrides([y], y.Shape), y.DType);
        LaneRun.Float<TLanes>(y, g, dx);
        return dx;
    }
}

/// <summary>A function of two tensors of equal shape and type; broadcasting comes before, as its own op.</summary>
public abstract class BinaryOp : ElementwiseOp
{
    /// <summary>Whether the op takes integers too.</summary>
    protected virtual bool TakesIntegers => true;

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        if (inputs[0] != inputs[1])
        {
            throw Bad($"needs equal shapes and types, got {inputs[0]} and {inputs[1]}; broadcast or convert with To().");
        }

        if (!(TakesIntegers && inputs[0].DType is DType.I32 or DType.I64))
        {
            ExpectFloat(inputs[0]);
        }

        return [inputs[0]];
    }

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return [null, null];
        }

        var a = node.Inputs[0];
        var b = node.Inputs[1];
        return
        [
            node.Needs(0) ? GradientLeft(a, b, node.Outputs[0], g) : null,
            node.Needs(1) ? GradientRight(a, b, node.Outputs[0], g) : null,
        ];
    }

    /// <summary>Gradient by the first operand.</summary>
    protected abstract Tensor? GradientLeft(Tensor a, Tensor b, Tensor y, Tensor g);

    /// <summary>Gradient by the second operand.</summary>
    protected abstract Tensor? GradientRight(Tensor a, Tensor b, Tensor y, Tensor g);
}

/// <summary>A predicate of two tensors of equal shape and type; the result is bool and carries no gradient.</summary>
public abstract class CompareOp : ElementwiseOp
{
    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        return inputs[0] == inputs[1] && inputs[0].DType.IsComputing()
            ? [new(inputs[0].Shape, DType.Bool)]
            : throw Bad($"needs equal shapes and types, got {inputs[0]} and {inputs[1]}; broadcast or convert with To().");
    }

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads) => [null, null];
}
