using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Pulls weights towards 0 in every step.</summary>
public sealed class WeightDecay : Treatment
{
    /// <inheritdoc/>
    public override string Name => "weight-decay";

    /// <inheritdoc/>
    public override string Summary => "Pulls weights towards 0 in every step.";

    /// <inheritdoc/>
    public override string Source => "Krogh and Hertz, A simple weight decay can improve generalization, NIPS 1991; Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        string optimizer = recipe["train.optimizer"].Text();
        double wanted = optimizer == "adamw" ? 0.1 : 0.005;
        if (recipe["train.optimizer"].Word()["weight-decay"].Double() >= wanted)
        {
            reason = "the weight decay is at least as strong already";
            return null;
        }

        reason = "";
        return recipe.With($"train.optimizer.{optimizer}.weight-decay", wanted);
    }
}
