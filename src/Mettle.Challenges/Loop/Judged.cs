using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>A candidate with its paired results, on the way to a verdict.</summary>
internal sealed class Judged
{
    public required Candidate Candidate { get; init; }

    public required Recipe Before { get; set; }

    public required Recipe Changed { get; set; }

    public required string Metric { get; init; }

    public required string Unit { get; init; }

    public IReadOnlyList<double> Baselines { get; set; } = [];

    public IReadOnlyList<double> Treated { get; set; } = [];

    public IReadOnlyList<double> Differences { get; set; } = [];

    public Interval? BaselineInterval { get; set; }

    public Interval? TreatedInterval { get; set; }

    public double Mean { get; set; }

    public Interval Interval { get; set; } = new(0, 0);

    public double PValue { get; set; } = 1;

    public double AdjustedPValue { get; set; } = 1;

    public double Seconds { get; set; }

    public CostChange? Cost { get; set; }

    public Verdict? Verdict { get; private set; }

    private string Reason { get; set; } = "";

    // Screening chooses and does not judge: its differences have no p-value that counts.
    private bool Screened { get; set; }

    public static Judged NotTried(Candidate c, string reason, CostChange? cost = null)
    {
        var j = new Judged { Candidate = c, Before = c.Changed, Changed = c.Changed, Metric = "", Unit = "", Cost = cost };
        j.Verdict = Challenges.Verdict.NotTried;
        j.Reason = reason;
        return j;
    }

    public void Accept(string reason) => (Verdict, Reason) = (Challenges.Verdict.Accepted, reason);

    public void RollBack(string reason) => (Verdict, Reason) = (Challenges.Verdict.RolledBack, reason);

    /// <summary>Others did better in screening.</summary>
    public void ScreenOut(string reason)
    {
        Screened = true;
        RollBack(reason);
    }

    /// <summary>Takes over the results of a later judgement of the same treatment.</summary>
    public void Take(Judged later)
    {
        (Before, Changed, Baselines, Treated, Differences) = (later.Before, later.Changed, later.Baselines, later.Treated, later.Differences);
        (BaselineInterval, TreatedInterval) = (later.BaselineInterval, later.TreatedInterval);
        Cost = later.Cost;
        (Mean, Interval, PValue, AdjustedPValue) = (later.Mean, later.Interval, later.PValue, later.AdjustedPValue);
        Seconds += later.Seconds;
    }

    /// <summary>What is won, in words: the metric's gain, or the saving with what it may cost.</summary>
    public string Gain()
        => Cost is null ? Amount() : $"{Percent(Cost.Saved)} of the {Cost.What} saved, at a difference of {Amount()} in {Metric} ({(Interval.Low >= 0 ? "no worse" : $"{Show(-Interval.Low)} worse at most")})";

    public static string Percent(double share) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{100 * share:0} %");

    public string Amount() => Unit == "%" ? $"{100 * Mean:+0.00;-0.00;0.00} points" : $"{Mean:+0.####;-0.####;0}";

    public Trial ToTrial()
    {
        bool ran = Differences.Count > 0;
        return new Trial(
            Candidate.Treatment.Name,
            Candidate.Challenge,
            Candidate.Treatment.Source,
            ran ? Recipe.Diff(Before, Changed) : [],
            new Measurement(Metric, ran ? Baselines.Average() : double.NaN, BaselineInterval, Unit),
            new Measurement(Metric, ran ? Treated.Average() : double.NaN, TreatedInterval, Unit),
            new Measurement($"difference in {Metric}", ran ? Mean : double.NaN, ran ? Interval : null, Unit),
            ran && !Screened ? PValue : null,
            ran && !Screened ? AdjustedPValue : null,
            Verdict!.Value,
            Reason,
            Differences.Count,
            Seconds)
        {
            Cost = Cost,
            Conflicts = Candidate.Conflicts,
            Evidence = ran
                ? [new TableEvidence("Each pair", ["pair", "without", "with", "difference"], [.. Differences.Select((d, i) => (IReadOnlyList<string>)[$"{i + 1}", Show(Baselines[i]), Show(Treated[i]), Unit == "%" ? $"{100 * d:+0.00;-0.00;0.00} points" : Show(d)])])]
                : [],
        };
    }

    private string Show(double v) => Unit == "%" ? $"{100 * v:0.00} %" : $"{v:0.####}";
}
