using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>First weights with variance 2 / (inputs + outputs): signals and gradients keep their size where the slope is near 1.</summary>
public sealed class XavierInit : InitTreatment
{
    /// <inheritdoc/>
    public override string Name => "xavier-init";

    /// <inheritdoc/>
    public override string Summary => "First weights with variance 2 / (inputs + outputs): signals and gradients keep their size where the slope is near 1.";

    /// <inheritdoc/>
    public override string Source => "Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010";

    /// <inheritdoc/>
    protected override string Word => "xavier-uniform";

    /// <inheritdoc/>
    protected override string? Unfit(Recipe recipe)
        => Rectifies(recipe) ? "the rule is for tanh and the like; a rectifier lets half of the variance through: use he-init" : null;
}
