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
        var (list, one) = (Sizes.LayerList(recipe), Sizes.Width(recipe));
        if (list is null && one is null)
        {
            reason = $"the model '{recipe["model"].Text()}' has no setting for its width";
            return null;
        }

        int[] widths = list is null ? [recipe["model"].Word()[one!].Int()] : [.. recipe["model"].Word()[list].Ints()];
        if (widths.Length == 0)
        {
            reason = "the model has no hidden layer to widen";
            return null;
        }

        int widest = widths.Max();
        if (2 * widest > enough)
        {
            reason = $"the widest layer has {widest} units, which more than half of {enough} is not few";
            return null;
        }

        // Ratios between layers stay what they were.
        long[] wider = [.. widths.Select(w => (long)w * enough / widest)];
        reason = "";
        return list is null ? recipe.With(Sizes.Path(recipe, one!), wider[0]) : recipe.With(Sizes.Path(recipe, list), wider);
    }
}
