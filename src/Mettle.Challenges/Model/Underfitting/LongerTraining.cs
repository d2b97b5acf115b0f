using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Trains four times as long, fifty epochs at least.</summary>
public sealed class LongerTraining : Treatment
{
    private const int Long = 50, Times = 4;

    /// <inheritdoc/>
    public override string Name => "longer-training";

    /// <inheritdoc/>
    public override string Summary => "Trains four times as long, fifty epochs at least; schedules stretch with it.";

    /// <inheritdoc/>
    public override string Source => "Hoffer, Hubara and Soudry, Train longer, generalize better, NIPS 2017";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("early-stopping", r => r["train.early-stopping.patience"].Int() > 0, "what stops early does not train longer: raise the patience too")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.epochs"].Int() >= Long;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        int epochs = recipe["train.epochs"].Int();
        if (IsIn(recipe))
        {
            reason = $"{epochs} epochs are not few";
            return null;
        }

        int longer = Math.Max(Long, Times * epochs);
        var changed = recipe.With("train.epochs", longer);
        if (recipe["train.schedule"].Text() == "step")
        {
            int drop = recipe["train.schedule.step.epochs"].Int();
            changed = changed.With("train.schedule.step.epochs", (int)Math.Ceiling(drop * (longer / (double)epochs)));
        }

        reason = "";
        return changed;
    }
}
