using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Gates' first biases spread over time constants up to the length of the sequences.</summary>
public sealed class ChronoInit : Treatment
{
    /// <inheritdoc/>
    public override string Name => "chrono-init";

    /// <inheritdoc/>
    public override string Summary => "Gates' first biases spread over time constants up to the length of the sequences.";

    /// <inheritdoc/>
    public override string Source => "Tallec and Ollivier, Can recurrent neural networks warp time?, ICLR 2018";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = recipe["model"].Text() != "rnn" ? "the model is not recurrent"
            : recipe["model.rnn.cell"].Text() == "tanh" ? "the plain cell has no gates: use gated-rnn first"
            : recipe["model.rnn.chrono"].Bool() ? "chrono initialisation is in use"
            : "";
        return reason.Length > 0 ? null : recipe.With("model.rnn.chrono", true);
    }
}
