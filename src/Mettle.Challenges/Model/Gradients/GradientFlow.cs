namespace Mettle.Challenges.Model;

/// <summary>
/// Follows the gradient back through the layers, before and after training: does it vanish or explode with depth?
/// </summary>
/// <remarks>Bengio, Simard and Frasconi (1994); Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).</remarks>
public sealed class GradientFlow : Check
{
    private static readonly Quantity Gradient = new(
        "gradient",
        "layer",
        "the gradient vanishes on its way back by",
        "the gradient explodes on its way back by",
        "Root mean square of the loss's gradient by each weighted layer's outputs, from one backward pass over a batch of training rows.",
        GrowsForward: false);

    /// <inheritdoc/>
    public override string Name => "gradient-flow";

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
            : CheckResult.Of([.. usable.Select(p => TrendCheck.Judge(challenge, Name, subject, Gradient, [.. p.Layers.Select(l => l.Gradient)], p.When, Chart(p), i => new Place { Layer = p.Layers[i].Name }))]);
    }

    private static BarChart Chart(Probe p)
        => new($"Gradient by the layers' outputs, {p.When}", "root mean square", [.. p.Layers.Select(l => l.Path)], [.. p.Layers.Select(l => l.Gradient)], LogY: true);
}
