using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Trains four times as long, fifty epochs at least.</summary>
public sealed class LongerTraining : Treatment
{
    private const int Long = 50, Times = 4;

    /// <inheritdoc/>
    public override string Name => "longer-training";

    /// <inheritdoc/>
    public override string Summary => "Trains four times as long, fifty epochs at least; schedules and patience stretch with it.";

    /// <inheritdoc/>
    public override string Source => "Hoffer, Hubara and Soudry, Train longer, generalize better, NIPS 2017";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        int epochs = recipe["train.epochs"].Int();
        if (epochs >= Long)
        {
            reason = $"{epochs} epochs are not few";
            return null;
        }

        int longer = Math.Max(Long, Times * epochs);
        var changed = recipe.With("train.epochs", longer);
        int Stretched(string field) => (int)Math.Ceiling(recipe[field].Int() * (longer / (double)epochs));
        changed = recipe["train.schedule"].Text() switch
        {
            "step" => changed.With("train.schedule.step.epochs", Stretched("train.schedule.step.epochs")),
            "plateau" => changed.With("train.schedule.plateau.patience", Stretched("train.schedule.plateau.patience")),
            _ => changed,
        };
        if (recipe["train.early-stopping.patience"].Int() > 0)
        {
            changed = changed.With("train.early-stopping.patience", Stretched("train.early-stopping.patience"));
        }

        reason = "";
        return changed;
    }
}
