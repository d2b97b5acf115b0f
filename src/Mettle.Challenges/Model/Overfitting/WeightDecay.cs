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
    public override bool IsIn(Recipe recipe) => Uses.OptimizerField(recipe, "weight-decay") > 0;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        string optimizer = recipe["train.optimizer"].Text();
        if (!recipe.Vocabulary.Find("optimizer", optimizer)!.Fields.Any(f => f.Name == "weight-decay"))
        {
            reason = $"the optimiser '{optimizer}' has no weight decay";
            return null;
        }

        // Decay that is added to the gradient acts through the rate and the momentum; decoupled decay through the rate alone.
        double wanted = optimizer is "sgd" or "adam" ? 0.005 : 0.1;
        if (Uses.OptimizerField(recipe, "weight-decay") >= wanted)
        {
            reason = "the weight decay is at least as strong already";
            return null;
        }

        reason = "";
        return recipe.With($"train.optimizer.{optimizer}.weight-decay", wanted);
    }
}
