namespace Mettle;

/// <summary>A largest or smallest element over axes. Equal winners share the gradient; an empty axis has none.</summary>
public abstract class Extremum : Reduction
{
    private protected Extremum(ReadOnlySpan<int> axes)
        : base(axes)
    {
    }

    /// <inheritdoc/>
    protected sealed override bool AllowsEmpty => false;

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return [null];
        }

        var x = node.Inputs[0];
        var winners = x.EqualTo(Expand(node.Outputs[0], x.Shape)).To(x.DType);
        var ties = new Sum([.. Axes]).Apply(winners);
        return [winners * Expand(g / ties, x.Shape)];
    }
}
