using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>First weights with variance 2 / inputs: rectifiers keep the signal's size.</summary>
public sealed class HeInit : InitTreatment
{
    /// <inheritdoc/>
    public override string Name => "he-init";

    /// <inheritdoc/>
    public override string Summary => "First weights with variance 2 / inputs: rectifiers keep the signal's size.";

    /// <inheritdoc/>
    public override string Source => "He, Zhang, Ren and Sun, Delving deep into rectifiers, ICCV 2015";

    /// <inheritdoc/>
    protected override string Word => "he-normal";

    /// <inheritdoc/>
    protected override string? Unfit(Recipe recipe)
        => Rectifies(recipe) ? null : $"the rule is for rectifiers; this model has {Nonlinearity(recipe)}";
}
