using System.Diagnostics;

namespace Mettle.Nn;

/// <summary>How long steps of a training take on this machine, by the clock.</summary>
/// <param name="Seconds">Of each timed step, loading included as far as the step waits for it.</param>
/// <param name="LoadSeconds">Of making one batch, on a thread of its own as a rule.</param>
/// <param name="EvaluationSecondsPerRow">Of an evaluation; 0 without validation samples.</param>
public sealed record StepTimes(IReadOnlyList<double> Seconds, double LoadSeconds, double EvaluationSecondsPerRow)
{
    /// <summary>Steps that are timed whatever the share.</summary>
    public const int FewestSteps = 8;

    // Kernels are compiled, memory is taken, caches are filled.
    private const int WarmUpSteps = 3;
    private const double WarmUpShare = 0.3;
    private const int MostSteps = 1000;

    /// <summary>The middle one: what other programs do meanwhile hits few steps.</summary>
    public double Median => Seconds.Order().ElementAt(Seconds.Count / 2);

    /// <summary>The mean: what many steps take together, pauses of the runtime included.</summary>
    public double Mean => Seconds.Average();

    /// <summary>
    /// Trains the plan's model for about <paramref name="time"/>, at least one step and no longer than the plan: give a plan that is
    /// not trained afterwards.
    /// </summary>
    /// <param name="plan">The training.</param>
    /// <param name="time">How long.</param>
    /// <param name="epoch">The epoch whose images and rows are trained on.</param>
    /// <param name="share">Of the training's steps at most this share, but <see cref="FewestSteps"/> if there are so many.</param>
    public static StepTimes Measure(TrainingPlan plan, TimeSpan time, int epoch = 0, double share = 1)
    {
        long most = Math.Min(MostSteps, Math.Max(FewestSteps, (long)(share * plan.TotalSteps)));
        plan.Check();
        var step = new TrainingStep(plan);
        var at = new TrainingState { Epoch = epoch };
        var seconds = new List<double>();
        long began = Stopwatch.GetTimestamp(), last = began;
        foreach (var batch in Batches(plan, epoch))
        {
            try
            {
                step.Run(batch, at);
            }
            finally
            {
                batch.Release();
            }

            long now = Stopwatch.GetTimestamp();
            seconds.Add((now - last) / (double)Stopwatch.Frequency);
            last = now;
            at.Step++;
            at.GlobalStep++;
            if (seconds.Count >= most || Stopwatch.GetElapsedTime(began) > time)
            {
                break;
            }
        }

        int warm = Math.Min(seconds.Count - 1, Math.Max(WarmUpSteps, (int)(WarmUpShare * seconds.Count)));
        return new StepTimes(seconds[warm..], Loading(plan, epoch), Evaluating(plan, time));
    }

    private static IEnumerable<Batch> Batches(TrainingPlan plan, int epoch)
    {
        for (int e = 0; e < plan.Epochs; e++)
        {
            foreach (var batch in new Loader(plan.TrainIn(epoch), plan.Order.Epoch(e), plan.Key.For("augment").At(e), plan.Workers))
            {
                yield return batch;
            }
        }
    }

    private static double Loading(TrainingPlan plan, int epoch)
    {
        using var scope = MemoryScope.Begin("loading");
        var data = plan.TrainIn(epoch);
        int[] rows = [.. Enumerable.Range(0, Math.Min(plan.BatchSize, data.Count))];
        return Later(() => data.Load(rows, plan.Key).Release());
    }

    private static double Evaluating(TrainingPlan plan, TimeSpan time)
    {
        if (plan.Validation is not { } data || time == TimeSpan.Zero)
        {
            return 0;
        }

        var some = new Subset(data, [.. Enumerable.Range(0, Math.Min(plan.EvalBatch, data.Count))]);
        return Later(() => Evaluator.Run(plan.Model, some, plan.Loss, plan.EvalBatch)) / some.Count;
    }

    // The mean of all but the first, which compiles.
    private static double Later(Action action)
    {
        const int Times = 3;
        action();
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Times; i++)
        {
            action();
        }

        return Stopwatch.GetElapsedTime(began).TotalSeconds / Times;
    }
}
