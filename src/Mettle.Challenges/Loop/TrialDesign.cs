namespace Mettle.Challenges;

/// <summary>
/// How a run's pairs of retrainings are spent, and what they prove. Many candidates are screened on a few pairs; the best go
/// on to be judged on rows that no screening pair was held against, in up to three looks: after a quarter and half of the pairs,
/// where strong evidence is enough, and after all.
/// </summary>
/// <remarks>
/// Choosing finalists costs nothing of the error budget, since their p-values rest on held-out rows of their own: Holm's
/// correction counts finalists, not candidates. Each look spends a share of the level, most of it the last; the smallest of
/// the looks' p-values, each divided by its share, is a p-value by Bonferroni's inequality, however the looks depend on one another (a group-sequential test in its plainest form; Jennison and Turnbull, Group Sequential Methods, 2000).
/// Intervals have the confidence that belongs to their look. Giving up early can only miss a treatment.
/// </remarks>
public sealed record TrialDesign
{
    /// <summary>Pairs by which many candidates are screened.</summary>
    public const int ScreeningPairs = 3;

    /// <summary>Most candidates that are judged.</summary>
    public const int Finalists = 2;

    // Fewer folds than this would train on much less than the real run does.
    private const int FewestFolds = 5;

    // Fewer pairs than these are looked at once, at the end, or twice.
    private const int FewestForTwoLooks = 6, FewestForThreeLooks = 16;

    // At the first and second of further looks: p-values above which the rest of the pairs has little chance to convince.
    private static readonly double[] Hopeless = [0.3, 0.15];

    // A metric of fewer held-out rows is coarse: rather than this, fewer pairs, down to so many.
    private const int FewestRows = 30, FewestForFewRows = 10;

    private readonly double confidence;

    /// <param name="candidates">Treatments to be tried.</param>
    /// <param name="seeds">Most pairs that a finalist is judged by, at least 2.</param>
    /// <param name="confidence">1 less the chance of accepting any treatment that does not help.</param>
    /// <param name="rows">Development rows.</param>
    public TrialDesign(int candidates, int seeds, double confidence, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 2);
        this.confidence = confidence;
        Screened = candidates > Finalists;
        Pairs = Math.Min(seeds, Math.Max(FewestForFewRows, (rows / FewestRows) - FirstFold));
        (Looks, Shares) = Pairs < FewestForTwoLooks ? ((int[])[Pairs], (double[])[1])
            : Pairs < FewestForThreeLooks ? ([(Pairs + 1) / 2, Pairs], [0.2, 0.8])
            : ([(Pairs + 3) / 4, (Pairs + 1) / 2, Pairs], [0.1, 0.3, 0.6]);
    }

    /// <summary>Whether candidates are screened: only if they are more than can be judged.</summary>
    public bool Screened { get; }

    /// <summary>Most pairs that a finalist is judged by: as many as asked for, fewer where rows are few.</summary>
    public int Pairs { get; }

    /// <summary>Disjoint parts of the development rows; one is held out in each pair, screening's first.</summary>
    public int Folds => Math.Max(FewestFolds, FirstFold + Pairs);

    /// <summary>The first fold that finalists are judged on.</summary>
    public int FirstFold => Screened ? ScreeningPairs : 0;

    /// <summary>Numbers of pairs after which a finalist is looked at.</summary>
    public IReadOnlyList<int> Looks { get; }

    /// <summary>Share of the level that each look spends.</summary>
    public IReadOnlyList<double> Shares { get; }

    /// <summary>The candidates to judge, by their screening differences: those above <paramref name="threshold"/>, best first.</summary>
    public static IReadOnlyList<int> Choose(IReadOnlyList<IReadOnlyList<double>> screening, double threshold = 0)
        => [.. Enumerable.Range(0, screening.Count).Where(i => screening[i].Average() > Math.Min(0, threshold)).OrderByDescending(i => screening[i].Average()).Take(Finalists)];

    /// <summary>Whether screening may end: after two pairs of which none is above <paramref name="threshold"/>.</summary>
    public static bool IsHopeless(IReadOnlyList<double> screening, double threshold = 0)
        => screening.Count == ScreeningPairs - 1 && screening.All(d => d <= Math.Min(0, threshold));

    /// <summary>Whether judging may end because nothing will come of it.</summary>
    public bool IsFutile(IReadOnlyList<double> differences, int heldOut, int training, double threshold = 0)
        => differences.Count is >= 3 and var n && n < Pairs
            && ((differences.Count(d => d > Math.Min(0, threshold)) * 3 <= n && differences.Average() <= Math.Min(0, threshold))
                || (LookAfter(n) is >= 0 and var look && Statistics.CorrectedResampledT(differences, heldOut, training, confidence, threshold).PValue > Hopeless[look]));

    /// <summary>Whether judging may end because what a look saw is enough.</summary>
    /// <param name="evidence">What <see cref="Judge"/> said of the differences so far.</param>
    /// <param name="pairs">How many there are.</param>
    /// <param name="hypotheses">Holm's largest factor.</param>
    /// <param name="threshold">What the interval must lie above.</param>
    public bool IsSettled(TrialEvidence evidence, int pairs, int hypotheses, double threshold = 0)
        => LookAfter(pairs) >= 0 && evidence.PValue * hypotheses < 1 - confidence && evidence.Interval.Low > threshold;

    private int LookAfter(int pairs)
    {
        for (int i = 0; i < Looks.Count; i++)
        {
            if (Looks[i] == pairs)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Mean, interval and one-sided p-value of the differences so far.</summary>
    /// <param name="differences">Treated less untreated, pair by pair.</param>
    /// <param name="heldOut">Rows judged in each pair.</param>
    /// <param name="training">Rows trained on in each.</param>
    /// <param name="threshold">What the mean is tested against: the smallest gain worth keeping, or minus the largest loss allowed.</param>
    public TrialEvidence Judge(IReadOnlyList<double> differences, int heldOut, int training, double threshold = 0)
    {
        // Before the first look there is nothing to decide, but a reader may want to see where it stands.
        var evidence = At([.. differences.Take(Looks[0])], heldOut, training, threshold, Shares[0]);
        for (int i = 1; i < Looks.Count && differences.Count > Looks[i - 1]; i++)
        {
            var next = At([.. differences.Take(Looks[i])], heldOut, training, threshold, Shares[i]);
            evidence = next with { PValue = Math.Min(evidence.PValue, next.PValue) };
        }

        return evidence;
    }

    private TrialEvidence At(IReadOnlyList<double> differences, int heldOut, int training, double threshold, double share)
    {
        var (mean, interval, p) = Statistics.CorrectedResampledT(differences, heldOut, training, 1 - ((1 - confidence) * share), threshold);
        return new TrialEvidence(mean, interval, Math.Min(1, p / share));
    }
}

/// <summary>What pairs of retrainings say of a treatment.</summary>
/// <param name="Mean">Mean difference.</param>
/// <param name="Interval">Its interval, at the confidence of the look.</param>
/// <param name="PValue">One-sided p-value of "does not help", all looks accounted for.</param>
public sealed record TrialEvidence(double Mean, Interval Interval, double PValue);
