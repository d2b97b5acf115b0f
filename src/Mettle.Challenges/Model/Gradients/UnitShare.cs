namespace Mettle.Challenges.Model;

/// <summary>What the checks that count units share.</summary>
internal static class UnitShare
{
    public static Finding Judge(ChallengeId challenge, string check, Subject subject, Probe probe, IReadOnlyList<UnitTrace> units, Func<UnitTrace, int> bad, double threshold, string what, string how, IReadOnlyList<string> remedies)
    {
        int count = units.Sum(u => u.Count), k = units.Sum(bad);
        double share = k / (double)count;
        bool over = share > threshold;
        var worst = units.MaxBy(u => bad(u) / (double)u.Count)!;
        string at = k == 0 ? "" : $" Most are in '{worst.Path}': {bad(worst)} of {worst.Count}.";
        return new Finding(
            challenge,
            check,
            $"{char.ToUpperInvariant(probe.When[0])}{probe.When[1..]} {k} of {count} units {what}.{(over ? at : "")}",
            $"{how} Seen on {probe.Rows} training rows.{at}",
            new Measurement($"share of units that {what}", share, Statistics.Wilson(k, count), "%"),
            threshold,
            Statistics.ProportionAbove(k, count, threshold),
            over ? Severity.Problem : Severity.Fine,
            [new BarChart($"Share of units by layer, {probe.When}", "share", [.. units.Select(u => u.Path)], [.. units.Select(u => bad(u) / (double)u.Count)])],
            over ? remedies : [])
        {
            Place = over ? new Place { Layer = $"{worst.Path} ({worst.Function})", Line = Remedies.CauseLine(subject) } : null,
        };
    }
}
