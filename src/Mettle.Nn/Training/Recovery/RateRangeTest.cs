namespace Mettle.Nn;

/// <summary>
/// The learning-rate range test (Smith, "Cyclical learning rates for training neural networks", WACV 2017): from the present
/// weights the rate rises by the same factor each step until the loss blows up; then everything is put back. A few batches
/// are gone through in turn and each loss is taken relative to what its batch had at first, so the curve shows the rate and
/// not the luck of the batches. It uses the plan's optimiser, batch size, clipping and regularisation as they are.
/// </summary>
/// <param name="Lowest">First rate.</param>
/// <param name="Highest">Last rate.</param>
/// <param name="Steps">Steps from the first to the last.</param>
/// <param name="Batches">Batches that are gone through in turn.</param>
public sealed record RateRangeTest(double Lowest = 1e-6, double Highest = 10, int Steps = 112, int Batches = 8)
{
    // The loss has blown up at this multiple of the least; a fall of less than Least of the first loss is none.
    private const double BlownUp = 2, LeastFall = 0.02, BelowLeast = 5;

    /// <summary>Runs the test; model and optimiser end as they were.</summary>
    public RateRange Run(TrainingPlan plan) => Run(plan, [], 0);

    internal RateRange Run(TrainingPlan plan, IReadOnlyCollection<int> leftOut, double clipNorm)
    {
        var before = new Snapshot();
        before.Take(plan, new TrainingState(), new Dictionary<string, Tensor>());
        double factor = Root(Highest / Lowest, Steps - 1);
        var sweep = plan with { Schedule = new Sweep(Lowest, factor), Averaging = null, Observers = [] };
        var gone = new RecoveryState { LeftOut = [.. leftOut] };
        int[][] order = plan.OrderOf(plan.RowCount, plan.Key.For("rate-range")).Epoch(0);
        int[][] rows = [.. gone.Without(Array.ConvertAll(order, plan.RowsAt)).Take(Batches)];
        Batch[] batches = [.. new Loader(plan.TrainIn(0), rows, plan.Key.For("augment").At(0), workers: 0)];
        try
        {
            var curve = Curve(sweep, batches, clipNorm, out double norm);
            return Read(curve, batches.Length, norm);
        }
        finally
        {
            Array.ForEach(batches, b => b.Release());
            before.PutBack(plan);
            before.Release();
        }
    }

    // Math.Pow belongs to the platform, and a rate's last bit decides the weights' bits.
    private static double Root(double x, int n)
    {
        using var scope = MemoryScope.Begin("root");
        return (Tensor.Scalar(x, DType.F64).Log() / n).Exp().Item();
    }

    private List<(double Rate, double Loss)> Curve(TrainingPlan sweep, Batch[] batches, double clipNorm, out double norm)
    {
        Func<Batch, TrainingState, StepOutcome> step = sweep.Task is { } task ? task.Steps(sweep) : new TrainingStep(sweep).Run;
        var state = new TrainingState { Recovery = new RecoveryState { ClipNorm = clipNorm } };
        var first = new double[batches.Length];
        var curve = new List<(double Rate, double Loss)>();
        norm = 0;
        for (int i = 0; i < Steps; i++)
        {
            int b = i % batches.Length;
            state.Step = i;
            state.GlobalStep = i;
            var outcome = step(batches[b], state);
            if (outcome.Divergence is not null)
            {
                break;
            }

            if (i < batches.Length)
            {
                first[b] = outcome.Loss;
                norm = Math.Max(norm, outcome.GradientNorm);
            }

            curve.Add((sweep.Optimizer.Rate, outcome.Loss - first[b]));
        }

        sweep.Optimizer.Rate = sweep.Optimizer.BaseRate;
        double scale = Math.Max(Math.Abs(first.Average()), double.Epsilon);
        return [.. curve.Select(p => (p.Rate, 1 + (p.Loss / scale)))];
    }

    // The mean over one turn of the batches, set at the turn's last step: the loss a rate leads to, not the one it meets.
    private RateRange Read(List<(double Rate, double Loss)> curve, int turn, double norm)
    {
        var rates = new List<double>();
        var losses = new List<double>();
        for (int i = turn - 1; i < curve.Count; i++)
        {
            double mean = 0;
            for (int k = 0; k < turn; k++)
            {
                mean += curve[i - k].Loss / turn;
            }

            if (losses.Count > 0 && mean > BlownUp * Math.Max(losses.Min(), 0.1))
            {
                break;
            }

            rates.Add(curve[i].Rate);
            losses.Add(mean);
        }

        if (losses.Count == 0)
        {
            return new RateRange([], [], Lowest, Lowest, norm);
        }

        int least = losses.IndexOf(losses.Min());
        if (losses[least] > 1 - LeastFall)
        {
            return new RateRange(rates, losses, rates[least] / 10, rates[least], norm);
        }

        return new RateRange(rates, losses, Math.Min(rates[Steepest(losses, least, turn)], rates[least] / BelowLeast), rates[least], norm);
    }

    private static int Steepest(List<double> losses, int least, int turn)
    {
        int at = 0;
        double steepest = 0;
        for (int i = turn; i <= least; i++)
        {
            double fall = losses[i - turn] - losses[i];
            (at, steepest) = fall > steepest ? (i - (turn / 2), fall) : (at, steepest);
        }

        return at;
    }

    private sealed class Sweep(double lowest, double factor) : Schedule
    {
        // Repeated products: Math.Pow belongs to the platform.
        public override double Rate(double baseRate, SchedulePoint point)
        {
            double rate = lowest;
            for (long i = 0; i < point.Step; i++)
            {
                rate *= factor;
            }

            return rate;
        }
    }
}

/// <summary>What a <see cref="RateRangeTest"/> saw.</summary>
/// <param name="Rates">Learning rates, up to where the loss blew up.</param>
/// <param name="Losses">Loss by rate as a share of the first, averaged over one turn of the batches.</param>
/// <param name="Suggested">The rate to train with: where the loss fell fastest, but at most a fifth of <paramref name="AtLeast"/>.</param>
/// <param name="AtLeast">Rate at the least loss: above it training is no longer stable.</param>
/// <param name="FirstNorm">Largest gradient norm over the batches at the lowest rates.</param>
public sealed record RateRange(IReadOnlyList<double> Rates, IReadOnlyList<double> Losses, double Suggested, double AtLeast, double FirstNorm);
