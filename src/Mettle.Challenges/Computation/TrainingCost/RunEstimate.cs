using System.Diagnostics;
using System.Globalization;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Computation;

/// <summary>
/// What a run will take on this machine, before it is begun: work and memory are counted from shapes, time is a few timed steps carried
/// on to all of them.
/// </summary>
public sealed record RunEstimate
{
    // Deviation of the logarithm of time: how far trainings and their estimates differed on the four recipes of bench/estimates.
    private const double Drift = 0.2;
    private const double Normal95 = 1.96;

    private static readonly TimeSpan Quickly = TimeSpan.FromSeconds(0.25);

    /// <summary>Epochs of a training.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps of an epoch.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>Work and memory of a training.</summary>
    public required TrainingCost Counted { get; init; }

    /// <summary>Price of an hour; 0 for none.</summary>
    public required double Price { get; init; }

    /// <summary>Memory that this machine or container allows, in bytes.</summary>
    public required long AvailableBytes { get; init; }

    /// <summary>Seconds of one step on whole images, the middle one of those timed.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>Seconds that loading a batch takes, beside the steps unless it is the slower of the two.</summary>
    public required double LoadSeconds { get; init; }

    /// <summary>An epoch on average.</summary>
    public required EstimatedAmount Epoch { get; init; }

    /// <summary>One training, with the evaluations at its end.</summary>
    public required EstimatedAmount Training { get; init; }

    /// <summary>Trainings of trials, in whole trainings, at most; 0 if nothing is to be treated.</summary>
    public required double MostRetrainings { get; init; }

    /// <summary>The run if no finding asks for treatment.</summary>
    public EstimatedAmount RunAtLeast => Training.Times(1 + CheckBudget.Share);

    /// <summary>The run if as many treatments are tried as the recipe allows.</summary>
    public EstimatedAmount RunAtMost => Training.Times(1 + CheckBudget.Share + MostRetrainings);

    /// <summary>One line for a reader who is about to run it.</summary>
    public string Line
    {
        get
        {
            string money = Price > 0 ? $", {Training.Money.ToString("0.##", CultureInfo.InvariantCulture)} in money" : "";
            string trials = MostRetrainings > 0 ? $"; with treatments up to {Amount.Time(RunAtMost.Seconds)}" : "";
            return $"estimate: training takes {Amount.Flops(Training.Flops)}, {Amount.Time(Training.Seconds)} ({Amount.Time(Training.Low)} to {Amount.Time(Training.High)}), {Amount.Bytes(Counted.PeakBytes)} of memory{money}{trials}";
        }
    }

    /// <summary>Estimates.</summary>
    /// <param name="experiment">Recipe and data.</param>
    /// <param name="time">How long steps of each size of images are timed.</param>
    /// <param name="trains">Only the training is meant, without examination and treatment.</param>
    /// <param name="price">Price of an hour; null for the recipe's.</param>
    public static RunEstimate Of(Experiment experiment, TimeSpan time, bool trains = false, double? price = null) => Of(experiment, time, 1, trains, price);

    /// <summary>The same in a small share of the training's own time: at most one step in fifty, but eight steps.</summary>
    public static RunEstimate Quick(Experiment experiment, bool trains = false) => Of(experiment, Quickly, 0.02, trains, null);

    private static RunEstimate Of(Experiment experiment, TimeSpan time, double share, bool trains, double? price)
    {
        var recipe = experiment.Recipe;
        var plan = experiment.Training();
        var counted = TrainingCost.Count(plan, 512);
        var times = new Dictionary<long, StepTimes>();
        StepTimes In(int epoch)
            => times.TryGetValue(counted.FlopsByEpoch[epoch], out var known) ? known : times[counted.FlopsByEpoch[epoch]] = StepTimes.Measure(experiment.Training(), time, epoch, share);

        double seconds = 0;
        for (int e = 0; e < plan.Epochs; e++)
        {
            seconds += (plan.StepsPerEpoch * In(e).Mean) + (In(e).EvaluationSecondsPerRow * (plan.Validation?.Count ?? 0));
        }

        seconds += Saving(plan);
        var last = In(plan.Epochs - 1);
        var data = experiment.Data.Encoded;
        double rows = data.Train.Count + (data.Validation?.Count ?? 0) + (trains ? 0 : data.Test?.Count ?? 0);
        double error = Math.Sqrt((Drift * Drift) + times.Values.Max(RelativeVariance));
        double hourly = price ?? recipe["budget.price"].Double();
        EstimatedAmount At(double flops, double bytes, double s) => new(flops, bytes, s, s * Math.Exp(-Normal95 * error), s * Math.Exp(Normal95 * error), s / 3600 * hourly);
        return new RunEstimate
        {
            Epochs = plan.Epochs,
            StepsPerEpoch = plan.StepsPerEpoch,
            Counted = counted,
            Price = hourly,
            AvailableBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            StepSeconds = last.Median,
            LoadSeconds = last.LoadSeconds,
            Epoch = At(counted.Flops / (double)plan.Epochs, counted.Bytes / (double)plan.Epochs, seconds / plan.Epochs),
            Training = At(counted.Flops + (counted.FlopsOfEvaluatedRow * rows), counted.Bytes, seconds + (last.EvaluationSecondsPerRow * rows)),
            MostRetrainings = trains || !recipe["treat.enabled"].Bool() || data.Validation is null ? 0 : Retrainings(experiment),
        };
    }

    // As TrialDesign has it: each fold's untreated training serves all candidates, all are screened, finalists are judged, and those that
    // help alone are judged again on top of the best, whose own trainings are known by then; the treated recipe is trained whole.
    private static double Retrainings(Experiment experiment)
    {
        var recipe = experiment.Recipe;
        int seeds = recipe["treat.seeds"].Int(), most = recipe["treat.max-trials"].Int();
        bool isNamed = recipe["treat.treatments"].Texts() is not ["auto"];
        most = isNamed ? Math.Min(most, recipe["treat.treatments"].Texts().Count) : most;
        if (most == 0)
        {
            return 0;
        }

        // Treatments of quality and of cost have finalists of their own.
        int finalists = Math.Min(most, TrialDesign.Finalists * (isNamed || recipe["treat.cost"].Bool() ? 2 : 1));
        var design = new TrialDesign(most, seeds, recipe["treat.confidence"].Double(), experiment.Data.DevelopmentRows);
        int trainings = (design.FirstFold * (1 + most)) + (design.Pairs * (1 + finalists + (finalists - 1)));
        double rows = experiment.Data.DevelopmentRows * (1 - (1.0 / design.Folds));
        double limit = recipe["data.limit"].Int() is > 0 and var n ? Math.Min(rows, n) : rows;
        return 1 + (trainings * limit / experiment.Data.Encoded.Train.Count);
    }

    // A checkpoint is written after every epoch, or as the recipe says.
    private static double Saving(TrainingPlan plan)
    {
        string path = Path.Combine(Path.GetTempPath(), $"mettle-estimate-{Environment.ProcessId}.checkpoint");
        try
        {
            var trainer = new Trainer(plan);
            double least = double.PositiveInfinity;
            for (int i = 0; i < 3; i++)
            {
                long began = Stopwatch.GetTimestamp();
                trainer.Save(path);
                least = Math.Min(least, Stopwatch.GetElapsedTime(began).TotalSeconds);
            }

            return least * (plan.CheckpointEvery > 0 ? plan.TotalSteps / plan.CheckpointEvery : plan.Epochs);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Of the mean of the timed steps.
    private static double RelativeVariance(StepTimes times)
    {
        double mean = times.Seconds.Average();
        return times.Seconds.Count < 2 ? 0.1 : times.Seconds.Sum(s => (s - mean) * (s - mean)) / (times.Seconds.Count - 1) / times.Seconds.Count / (mean * mean);
    }
}

/// <summary>An amount of work with the time and money it takes.</summary>
/// <param name="Flops">Floating-point operations, counted.</param>
/// <param name="Bytes">Bytes moved, counted: operands and results of every op once.</param>
/// <param name="Seconds">Time, estimated.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Money">In the unit of the price; 0 without one.</param>
public sealed record EstimatedAmount(double Flops, double Bytes, double Seconds, double Low, double High, double Money)
{
    /// <summary>So many of it.</summary>
    public EstimatedAmount Times(double n) => new(n * Flops, n * Bytes, n * Seconds, n * Low, n * High, n * Money);
}
