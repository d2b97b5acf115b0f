using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Blanks a random fifth of the hidden units in every step.</summary>
public sealed class Dropout : Treatment
{
    /// <inheritdoc/>
    public override string Name => "dropout";

    /// <inheritdoc/>
    public override string Summary => "Blanks a random fifth of the hidden units in every step.";

    /// <inheritdoc/>
    public override string Source => "Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, Dropout, JMLR 15, 2014";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("batch normalisation", Uses.BatchNorm, "dropout before a batch norm shifts its statistics between training and use (Li et al., CVPR 2019)")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => Uses.ModelField(recipe, "dropout") > 0;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        if (!Uses.HasModelField(recipe, "dropout"))
        {
            reason = $"the model '{recipe["model"].Text()}' has no dropout";
            return null;
        }

        if (recipe["model"].Word()["dropout"].Double() > 0)
        {
            reason = "dropout is in use";
            return null;
        }

        reason = "";
        return recipe.With($"model.{recipe["model"].Text()}.dropout", 0.2);
    }
}
