using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Orthogonal first weights, scaled layer by layer until a batch comes out with variance 1.</summary>
public sealed class LsuvInit : InitTreatment
{
    /// <inheritdoc/>
    public override string Name => "lsuv-init";

    /// <inheritdoc/>
    public override string Summary => "Orthogonal first weights, scaled layer by layer until a batch comes out with variance 1.";

    /// <inheritdoc/>
    public override string Source => "Mishkin and Matas, All you need is a good init, ICLR 2016";

    /// <inheritdoc/>
    protected override string Word => "lsuv";

    /// <inheritdoc/>
    protected override string? Unfit(Recipe recipe)
        => IsRecurrent(recipe) ? "a recurrent layer has several weights per output; there is no single one to scale" : null;
}
