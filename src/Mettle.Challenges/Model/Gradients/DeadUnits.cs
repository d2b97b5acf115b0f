namespace Mettle.Challenges.Model;

/// <summary>Counts rectified units that are 0 on every row: no gradient reaches their weights any more.</summary>
/// <remarks>Lu, Shin, Su and Karniadakis, "Dying ReLU and initialization" (2020).</remarks>
public sealed class DeadUnits : Check
{
    // Healthy rectifier networks have some units that no row of a batch needs.
    internal const double Threshold = 0.2;

    /// <inheritdoc/>
    public override string Name => "dead-units";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var findings = new List<Finding>();
        foreach (var probe in Probe.Both(subject))
        {
            var units = probe.Units.Where(u => u.Rectifies).ToList();
            if (units.Count > 0)
            {
                findings.Add(UnitShare.Judge(
                    challenge, Name, subject, probe, units, u => u.Dead, Threshold, "are dead", "A rectified unit is dead if it is 0 on every row.",
                    Remedies.For(Symptom.Dead, subject)));
            }
        }

        return findings.Count == 0 ? CheckResult.Skip("The network has no rectifiers that report their outputs.") : CheckResult.Of(findings);
    }
}
