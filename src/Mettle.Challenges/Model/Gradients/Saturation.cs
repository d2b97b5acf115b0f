namespace Mettle.Challenges.Model;

/// <summary>Counts units of tanh, sigmoid and recurrent cells that stay at the edge of their range, where the slope is next to 0.</summary>
/// <remarks>Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010), section 3.</remarks>
public sealed class Saturation : Check
{
    internal const double Threshold = 0.2;

    /// <inheritdoc/>
    public override string Name => "saturation";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var findings = new List<Finding>();
        foreach (var probe in Probe.Both(subject))
        {
            var units = probe.Units.Where(u => u.Saturates).ToList();
            if (units.Count > 0)
            {
                findings.Add(UnitShare.Judge(
                    challenge, Name, subject, probe, units, u => u.Saturated, Threshold, "are saturated", "A unit is saturated if its output is beyond 99 % of its range on at least 90 % of rows (and steps).",
                    Remedies.For(Symptom.Saturated, subject)));
            }
        }

        return findings.Count == 0 ? CheckResult.Skip("The network has no units that can saturate (tanh, sigmoid, recurrent cells).") : CheckResult.Of(findings);
    }
}
