namespace Mettle.Challenges.Model;

/// <summary>
/// Follows the signal forward through the layers, before and after training: how far apart does each layer keep the rows?
/// A layer that gives the same output for every row has lost its input, however large that output is.
/// </summary>
/// <remarks>Schoenholz, Gilmer, Ganguli and Sohl-Dickstein, "Deep information propagation" (2017).</remarks>
public sealed class ActivationScale : Check
{
    private static readonly Quantity Signal = new(
        "signal",
        "layer",
        "the signal grows with depth by",
        "the signal fades with depth by",
        "Standard deviation of each weighted layer's outputs over a batch of training rows (root mean square over its units).",
        GrowsForward: true);

    /// <inheritdoc/>
    public override string Name => "activation-scale";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var usable = Probe.Both(subject).Where(p => p.NonFinite is null).ToList();
        if (usable.Find(p => p.Layers.Count < Trend.FewestPlaces) is { } shallow)
        {
            return CheckResult.Skip($"The network has {shallow.Layers.Count} layers with weights; a trend over depth needs {Trend.FewestPlaces}.");
        }

        return usable.Count == 0
            ? CheckResult.Skip("Values or gradients are not finite; see the check non-finite.")
            : CheckResult.Of([.. usable.Select(p => Judge(p, subject, challenge))]);
    }

    // Where the rows can no longer be told apart the spread is rounding, which does not fade: the line ends there.
    private Finding Judge(Probe p, Subject subject, ChallengeId challenge)
    {
        int blind = p.Layers.ToList().FindIndex(l => l.IsBlind);
        int places = blind < 0 ? p.Layers.Count : Math.Max(Trend.FewestPlaces, blind + 1);
        var finding = TrendCheck.Judge(challenge, Name, subject, Signal, [.. p.Layers.Take(places).Select(l => l.Spread)], p.When, Chart(p), i => new Place { Layer = p.Layers[i].Name });
        return blind < 0 ? finding : finding with { Explanation = $"{finding.Explanation} From layer '{p.Layers[blind].Path}' on all rows give the same output but for rounding." };
    }

    private static BarChart Chart(Probe p)
        => new($"Standard deviation of outputs over rows by layer, {p.When}", "standard deviation", [.. p.Layers.Select(l => l.Path)], [.. p.Layers.Select(l => l.Spread)], LogY: true);
}
