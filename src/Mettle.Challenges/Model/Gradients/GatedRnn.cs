using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>A gated recurrent cell in place of a plain one: what is kept is carried on by a product with a gate near 1.</summary>
public sealed class GatedRnn : Treatment
{
    /// <inheritdoc/>
    public override string Name => "gated-rnn";

    /// <inheritdoc/>
    public override string Summary => "A gated recurrent unit in place of the plain tanh cell: what is kept is carried on by a gate near 1.";

    /// <inheritdoc/>
    public override string Source => "Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9, 1997; Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = recipe["model"].Text() != "rnn" ? "the model is not recurrent"
            : recipe["model.rnn.cell"].Text() != "tanh" ? $"the cell is gated already ({recipe["model.rnn.cell"].Text()})"
            : "";
        return reason.Length > 0 ? null : recipe.With("model.rnn.cell", "gru");
    }
}
