using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Gives every layer more units.</summary>
public sealed class Wider : Treatment
{
    // Where more width has ceased to be what small networks lack; recurrent and convolutional units cost more.
    private const int Enough = 256, EnoughShared = 128;

    /// <inheritdoc/>
    public override string Name => "wider";

    /// <inheritdoc/>
    public override string Summary => "Gives every layer more units: the widest 256, of convolutional and recurrent networks 128.";

    /// <inheritdoc/>
    public override string Source => "Zagoruyko and Komodakis, Wide residual networks, BMVC 2016; Belkin, Hsu, Ma and Mandal, Reconciling modern machine-learning practice and the classical bias-variance trade-off, PNAS 116, 2019";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        int enough = recipe["model"].Text() is "mlp" or "tabular" ? Enough : EnoughShared;
        int? widest = ModelSizes.Widest(recipe);
        reason = widest switch
        {
            null => $"the model '{recipe["model"].Text()}' has no setting for its width",
            0 => "the model has no hidden layer to widen",
            _ => 2 * widest > enough ? $"the widest layer has {widest} units, which more than half of {enough} is not few" : "",
        };

        // Ratios between layers stay what they were.
        return reason.Length > 0 ? null : ModelSizes.WithWidest(recipe, enough);
    }
}
