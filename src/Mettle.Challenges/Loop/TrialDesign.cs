namespace Mettle.Challenges;

/// <summary>
/// How a run's pairs of retrainings are spent, and what they prove. Many candidates are screened on a few pairs; the best go
/// on to be judged on rows that no screening pair was held against, in two looks: after half of the pairs, where strong
/// evidence is enough, and after all.
/// </summary>
/// <remarks>
/// Choosing finalists costs nothing of the error budget, since their p-values rest on held-out rows of their own: Holm's
/// correction counts finalists, not candidates. Of the level one fifth is spent at the first look and the rest at the last;
/// the smaller of the two p-values, each divided by its look's share, is a p-value by Bonferroni's inequality, however the looks
/// depend on one another (a group-sequential test in its plainest form; Jennison and Turnbull, Group Sequential Methods, 2000).
/// Intervals have the confidence that belongs to their look. Giving up early can only miss a treatment.
/// </remarks>
public sealed record TrialDesign
{
    /// <summary>Pairs by which many candidates are screened.</summary>
    public const int ScreeningPairs = 3;

    /// <summary>Most candidates that are judged.</summary>
    public const int Finalists = 2;

    /// <summary>Share of the level that the first of two looks spends.</summary>
    public const double FirstShare = 0.2;

    // Fewer folds than this would train on much less than the real run does.
    private const int FewestFolds = 5;

    // Fewer pairs than this are looked at once, at the end.
    private const int FewestForTwoLooks = 6;

    private readonly int seeds;
    private readonly double confidence;

    /// <param name="candidates">Treatments to be tried.</param>
    /// <param name="seeds">Most pairs that a finalist is judged by, at least 2.</param>
    /// <param name="confidence">1 less the chance of accepting any treatment that does not help.</param>
    public TrialDesign(int candidates, int seeds, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 2);
        (this.seeds, this.confidence) = (seeds, confidence);
        Screened = candidates > Finalists;
    }

    /// <summary>Whether candidates are screened: only if they are more than can be judged.</summary>
    public bool Screened { get; }

    /// <summary>Disjoint parts of the development rows; one is held out in each pair, screening's first.</summary>
    public int Folds => Math.Max(FewestFolds, FirstFold + seeds);

    /// <summary>The first fold that finalists are judged on.</summary>
    public int FirstFold => Screened ? ScreeningPairs : 0;

    /// <summary>Pairs after which finalists are first looked at.</summary>
    public int FirstLook => seeds < FewestForTwoLooks ? seeds : (seeds + 1) / 2;

    /// <summary>The candidates to judge, by their screening differences: those above <paramref name="threshold"/>, best first.</summary>
    public static IReadOnlyList<int> Choose(IReadOnlyList<IReadOnlyList<double>> screening, double threshold = 0)
        => [.. Enumerable.Range(0, screening.Count).Where(i => screening[i].Average() > Math.Min(0, threshold)).OrderByDescending(i => screening[i].Average()).Take(Finalists)];

    /// <summary>Whether screening may end: after two pairs of which none is above <paramref name="threshold"/>.</summary>
    public static bool IsHopeless(IReadOnlyList<double> screening, double threshold = 0)
        => screening.Count == ScreeningPairs - 1 && screening.All(d => d <= Math.Min(0, threshold));

    /// <summary>Whether judging may end because nothing will come of it.</summary>
    public bool IsFutile(IReadOnlyList<double> differences, int heldOut, int training, double threshold = 0)
        => differences.Count is >= 3 and var n && n < seeds
            && ((differences.Count(d => d > Math.Min(0, threshold)) * 3 <= n && differences.Average() <= Math.Min(0, threshold))
                || (n == FirstLook && Statistics.CorrectedResampledT(differences, heldOut, training, confidence, threshold).PValue > 0.3));

    /// <summary>Whether judging may end because the first look is enough.</summary>
    /// <param name="evidence">What <see cref="Judge"/> said of the differences so far.</param>
    /// <param name="pairs">How many there are.</param>
    /// <param name="hypotheses">Holm's largest factor.</param>
    /// <param name="threshold">What the interval must lie above.</param>
    public bool IsSettled(TrialEvidence evidence, int pairs, int hypotheses, double threshold = 0)
        => pairs == FirstLook && evidence.PValue * hypotheses < 1 - confidence && evidence.Interval.Low > threshold;

    /// <summary>Mean, interval and one-sided p-value of the differences so far.</summary>
    /// <param name="differences">Treated less untreated, pair by pair.</param>
    /// <param name="heldOut">Rows judged in each pair.</param>
    /// <param name="training">Rows trained on in each.</param>
    /// <param name="threshold">What the mean is tested against: the smallest gain worth keeping, or minus the largest loss allowed.</param>
    public TrialEvidence Judge(IReadOnlyList<double> differences, int heldOut, int training, double threshold = 0)
    {
        if (FirstLook == seeds)
        {
            return At(differences, heldOut, training, threshold, 1);
        }

        var first = At([.. differences.Take(FirstLook)], heldOut, training, threshold, FirstShare);
        if (differences.Count <= FirstLook)
        {
            return first;
        }

        var last = At(differences, heldOut, training, threshold, 1 - FirstShare);
        return last with { PValue = Math.Min(first.PValue, last.PValue) };
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
/// <param name="PValue">One-sided p-value of "does not help", both looks accounted for.</param>
public sealed record TrialEvidence(double Mean, Interval Interval, double PValue);
