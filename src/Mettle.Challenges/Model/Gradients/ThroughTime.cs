namespace Mettle.Challenges.Model;

/// <summary>
/// Follows the gradient back through the steps of a sequence, before and after training: can the first steps have an
/// influence on what is learned?
/// </summary>
/// <remarks>Hochreiter (1991); Bengio, Simard and Frasconi, "Learning long-term dependencies with gradient descent is difficult" (1994).</remarks>
public sealed class ThroughTime : Check
{
    private static readonly Quantity Gradient = new(
        "gradient",
        "step",
        "the gradient vanishes on its way back through time by",
        "the gradient explodes on its way back through time by",
        "Root mean square of the loss's gradient by the input at each step, from one backward pass over a batch of training sequences.",
        GrowsForward: false);

    /// <inheritdoc/>
    public override string Name => "through-time";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var sample = subject.Experiment.Data.Encoded.Input.Sample;
        if (sample.Rank != 2 || sample[0] < Trend.FewestPlaces)
        {
            return CheckResult.Skip(sample.Rank != 2 ? "The input has no time steps." : $"The sequences have {sample[0]} steps; a trend over time needs {Trend.FewestPlaces}.");
        }

        var usable = Probe.Both(subject).Where(p => p.NonFinite is null).ToList();
        return usable.Count == 0
            ? CheckResult.Skip("Values or gradients are not finite; see the check non-finite.")
            : CheckResult.Of([.. usable.Select(p => TrendCheck.Judge(challenge, Name, subject, Gradient, p.Steps, p.When, Chart(p), i => new Place { Layer = p.RecurrentLayer, TimeStep = i + 1 }))]);
    }

    private static LineChart Chart(Probe p)
        => new($"Gradient of the input by time step, {p.When}", "step", "root mean square", [new Series("gradient", [.. p.Steps.Select((_, t) => t + 1.0)], p.Steps)], LogY: true);
}
