namespace Mettle;

/// <summary>What <see cref="Softmax"/> and <see cref="LogSoftmax"/> share: one axis, whose rows are worked on whole.</summary>
public abstract class SoftmaxOp : FusedOp
{
    private protected SoftmaxOp(int axis) => Axis = axis;

    /// <summary>The normalised axis.</summary>
    public int Axis { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("axis", Axis)];

    /// <inheritdoc/>
    public sealed override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        ExpectFloat(inputs[0]);
        inputs[0].Shape.Axis(Axis, Name);
        return [inputs[0]];
    }

    /// <inheritdoc/>
    public sealed override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(5 * outputs[0].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    protected internal sealed override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        Tensor[] outputs = [AxisRows.Allocate(specs[0], Axis)];
        Run(inputs, outputs);
        return outputs;
    }

    /// <summary>Gradient by a kernel that reads the result and its gradient.</summary>
    private protected Tensor?[] FusedGradient<TKernel>(Node node, ReadOnlySpan<Tensor?> grads)
        where TKernel : struct, IRowKernel<float>, IRowKernel<double>
    {
        if (grads[0] is not { } g)
        {
            return [null];
        }

        var dx = AxisRows.Allocate(g.Spec, Axis);
        AxisRows.Run<TKernel>(node.Outputs[0], g, dx, Axis);
        return [dx];
    }
}
