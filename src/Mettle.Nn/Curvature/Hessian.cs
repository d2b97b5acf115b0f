namespace Mettle.Nn;

/// <summary>
/// The matrix of second derivatives of a <see cref="LossSurface"/>, by exact products (Pearlmutter, "Fast exact multiplication by
/// the Hessian", 1994): the gradient's graph is recorded once, and a product is one pass back through it.
/// </summary>
public sealed class Hessian : SymmetricOperator
{
    private readonly LossSurface surface;
    private readonly Tensor[] leaves;
    private readonly Tensor?[] gradients;

    internal Hessian(LossSurface surface)
    {
        this.surface = surface;
        using var on = Autograd.Recording();
        leaves = surface.Leaves();
        gradients = Autograd.Grad(surface.Loss(), leaves, createGraph: true);
    }

    /// <inheritdoc/>
    public override int Dimension => surface.Dimension;

    /// <summary>The gradient at the same weights.</summary>
    public double[] Gradient()
    {
        using var scope = MemoryScope.Begin("gradient");
        return surface.Flatten([.. gradients.Select(g => g?.Detach())]);
    }

    /// <inheritdoc/>
    public override double[] Multiply(ReadOnlySpan<double> vector)
    {
        using var scope = MemoryScope.Begin("Hessian-vector product");
        using var on = Autograd.Recording();
        var direction = surface.Pieces(vector);
        Tensor? slope = null;
        for (int i = 0; i < leaves.Length; i++)
        {
            if (gradients[i] is { RequiresGrad: true } g)
            {
                var term = (g * direction[i].Detach()).Sum();
                slope = slope is null ? term : slope + term;
            }
        }

        return slope is null ? new double[Dimension] : surface.Flatten(Autograd.Grad(slope, leaves, retainGraph: true));
    }
}
