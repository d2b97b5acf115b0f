using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>A treatment that puts another norm in batch norm's place.</summary>
public abstract class NormTreatment : Treatment
{
    /// <summary>The recipe's word for the norm.</summary>
    protected abstract string Word { get; }

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => Norms.Of(recipe) == Word;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = Norms.Of(recipe) is null ? $"the model '{recipe["model"].Text()}' has no setting for its norm"
            : IsIn(recipe) ? "it is in use"
            : !Norms.IsOverRows(recipe) ? "the model has no batch norm to replace"
            : Unfit(recipe) ?? "";
        return reason.Length > 0 ? null : recipe.With(Norms.Path(recipe, "norm"), Word);
    }

    /// <summary>Why the norm is not for this recipe; null if it is.</summary>
    protected virtual string? Unfit(Recipe recipe) => null;

    /// <summary>What norms within rows do not go with.</summary>
    private protected static Conflict NothingToRecalibrate { get; } =
        new("recalibrate-statistics", r => r["train.recalibrate"].Int() > 0, "a norm within each row keeps no running statistics, so there is nothing left to compute afresh");
}
