using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>First weights are random orthogonal matrices: a linear network of any depth keeps lengths exactly.</summary>
public sealed class OrthogonalInit : InitTreatment
{
    /// <inheritdoc/>
    public override string Name => "orthogonal-init";

    /// <inheritdoc/>
    public override string Summary => "First weights are random orthogonal matrices: a linear network of any depth keeps lengths exactly.";

    /// <inheritdoc/>
    public override string Source => "Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks, ICLR 2014";

    /// <inheritdoc/>
    protected override string Word => "orthogonal";

    /// <inheritdoc/>
    protected override string? Unfit(Recipe recipe)
        => null;
}
