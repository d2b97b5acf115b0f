using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Raises a learning rate that is far below the optimiser's usual one to that.</summary>
public sealed class HigherRate : Treatment
{
    // A rate within this factor of the usual one is a choice, not a mistake.
    private const double Far = 3;

    /// <inheritdoc/>
    public override string Name => "higher-rate";

    /// <inheritdoc/>
    public override string Summary => "Raises a learning rate that is far below the optimiser's usual one to that.";

    /// <inheritdoc/>
    public override string Source => "Bengio, Practical recommendations for gradient-based training of deep architectures, 2012";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        if (recipe["train.rate-search"].Bool())
        {
            reason = "the rate is searched for";
            return null;
        }

        string optimizer = recipe["train.optimizer"].Text();
        if (recipe.Vocabulary.Find("optimizer", optimizer)!.Fields.FirstOrDefault(f => f.Name == "rate")?.Default is not double usual)
        {
            reason = $"the optimiser '{optimizer}' has no usual rate";
            return null;
        }

        double rate = Uses.OptimizerField(recipe, "rate");
        reason = rate * Far > usual ? $"the rate {rate} is not far below the usual one of {optimizer}, {usual}" : "";
        return reason.Length > 0 ? null : recipe.With($"train.optimizer.{optimizer}.rate", usual);
    }
}
