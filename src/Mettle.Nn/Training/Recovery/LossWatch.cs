namespace Mettle.Nn;

/// <summary>What the steps so far tell about a training's health; part of the training's state, rolled back with it.</summary>
internal sealed class LossWatch
{
    public const int Window = 64;

    private const int FewestForMedian = 16, ReadEvery = 16;

    // A start is judged by the larger of the first loss and that of a constant answer.
    private const double WildStart = 3, Nothing = 0.98, Something = 0.9, WeightGrowth = 5;
    private const int WildSteps = 3, FewestSteps = 20, FirstSteps = 1000;

    // A sound start stays below these.
    private const double SuspectRise = 1.3, SuspectGrowth = 3, SuspectMove = 0.1;

    // A spike must undo half of what a constant answer leaves to learn, stand far out of the window or be twice as bad as a
    // constant answer, and last.
    private const double HalfUndone = 0.5, AllUndone = 2, Deviations = 20, Times = 4;
    private const int FewestHigh = 6, MostHigh = 40;
    private const double FewestShare = 0.03, OddsOfChance = 1e-9;

    public double[] Losses { get; set; } = new double[Window];

    public double[] Norms { get; set; } = new double[Window];

    /// <summary>Good steps seen.</summary>
    public long Seen { get; set; }

    /// <summary>Loss of a constant answer.</summary>
    public double Constant { get; set; } = double.NaN;

    /// <summary>Loss of the first step.</summary>
    public double First { get; set; } = double.NaN;

    /// <summary>Norm of the first weights.</summary>
    public double FirstWeights { get; set; }

    /// <summary>Length of the first step as a share of the first weights'.</summary>
    public double FirstMove { get; set; }

    /// <summary>Largest loss so far.</summary>
    public double Peak { get; set; }

    /// <summary>Whether the median loss has been clearly below that of a constant answer.</summary>
    public bool Learned { get; set; }

    /// <summary>Mean loss of the best epoch.</summary>
    public double BestEpoch { get; set; } = double.PositiveInfinity;

    /// <summary>Loss above which a step counts as high.</summary>
    public double Limit { get; set; } = double.PositiveInfinity;

    /// <summary>Length of the present run of high steps.</summary>
    public int High { get; set; }

    /// <summary>Largest gradient norm in the two steps before the present run of high steps.</summary>
    public double HighNorm { get; set; }

    /// <summary>Steps that were judged, and those that were high.</summary>
    public long Judged { get; set; }

    public long Exceeded { get; set; }

    private double Start => double.IsNaN(Constant) ? First : Math.Max(First, Constant);

    /// <summary>Median gradient norm of the window's good steps; NaN before there are any.</summary>
    public double MedianNorm => MedianOf(Norms, Seen);

    /// <summary>Median loss of the window's good steps; NaN before there are any.</summary>
    public double MedianLoss => MedianOf(Losses, Seen);

    /// <summary>Whether the loss rose, the weights grew, or the first step moved them, more than in most sound starts.</summary>
    public bool IsSuspect(Func<double> weights)
        => Peak > SuspectRise * Start || FirstMove > SuspectMove || weights() > SuspectGrowth * FirstWeights;

    /// <summary>Whether the norm rose far above its median before the loss did.</summary>
    public bool Exploded => Seen >= FewestForMedian && (High > 0 ? HighNorm : LastNorms()) > 10 * MedianNorm;

    public LossWatch Clone()
    {
        var copy = (LossWatch)MemberwiseClone();
        copy.Losses = [.. Losses];
        copy.Norms = [.. Norms];
        return copy;
    }

    /// <summary>Takes in a step; gives what is wrong, or null.</summary>
    public FailureCause? Add(double loss, double norm)
    {
        if (double.IsNaN(First))
        {
            First = loss;
        }

        Peak = Math.Max(Peak, loss);
        double limit = Learned ? Limit : WildStart * Start;
        Judged++;
        if (loss > limit)
        {
            Exceeded++;
            HighNorm = High++ == 0 ? LastNorms() : HighNorm;
            return High < Enough ? null : !Learned ? FailureCause.FailedStart : Exploded ? FailureCause.ExplodingGradient : FailureCause.LossSpike;
        }

        High = 0;
        Losses[Seen % Window] = loss;
        Norms[Seen % Window] = norm;
        Seen++;
        if (Seen >= FewestForMedian && Seen % ReadEvery == 0)
        {
            Read();
        }

        return null;
    }

    /// <summary>Judges a whole epoch by its mean loss.</summary>
    /// <param name="mean">Mean training loss.</param>
    /// <param name="steps">Steps of the epoch.</param>
    /// <param name="globalStep">Steps of the training.</param>
    /// <param name="weights">Norm of the weights.</param>
    public FailureCause? EndEpoch(double mean, int steps, long globalStep, Func<double> weights)
    {
        bool nothing = mean >= Nothing * Constant;
        if (!Learned && !(mean < Something * Constant))
        {
            return nothing && globalStep >= FewestSteps && (Peak > WildStart * Start || (globalStep <= FirstSteps && weights() > WeightGrowth * FirstWeights))
                ? FailureCause.FailedStart
                : null;
        }

        Learned = true;
        bool lost = steps >= FewestForMedian && BestEpoch < 0.8 * Constant && mean > BestEpoch + (HalfUndone * (Constant - BestEpoch));
        BestEpoch = Math.Min(BestEpoch, mean);
        return lost ? FailureCause.LossSpike : null;
    }

    // So many high steps in a row that chance does not make them, going by how often single ones come.
    private int Enough
    {
        get
        {
            if (!Learned)
            {
                return WildSteps;
            }

            double share = Math.Clamp((Exceeded - High) / (double)Math.Max(1, Judged - High), FewestShare, 0.999);
            int run = 0;
            for (double odds = 1; odds > OddsOfChance && run < MostHigh; odds *= share)
            {
                run++;
            }

            return Math.Max(FewestHigh, run);
        }
    }

    /// <summary>Median of the last losses, given the ring they are kept in and how many there were; NaN before there are any.</summary>
    public static double MedianOf(double[] ring, long seen) => seen == 0 ? double.NaN : Median(ring.AsSpan(0, (int)Math.Min(ring.Length, seen)).ToArray());

    private void Read()
    {
        double[] window = Losses.AsSpan(0, (int)Math.Min(Window, Seen)).ToArray();
        double median = Median(window);
        double deviation = 1.4826 * Median(Array.ConvertAll(window, l => Math.Abs(l - median)));
        if (!Learned && median < Something * Constant)
        {
            (Learned, Judged, Exceeded) = (true, 0, 0);
        }

        Limit = Math.Max(HalfUndone * Constant, Math.Min(AllUndone * Constant, Math.Max(median + (Deviations * deviation), Times * median)));
    }

    private double LastNorms()
    {
        double most = 0;
        for (long i = Math.Max(0, Seen - 2); i < Seen; i++)
        {
            most = Math.Max(most, Norms[i % Window]);
        }

        return most;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        int n = values.Length;
        return n % 2 == 1 ? values[n / 2] : (values[(n / 2) - 1] + values[n / 2]) / 2;
    }
}
