using System.Diagnostics;

namespace Mettle.Nn;

/// <summary>
/// Trains a model on tasks that come one after another. The weights that come out depend on the plan alone: not on threads,
/// loading, or whether training was stopped and resumed in between.
/// </summary>
public sealed class ContinualTrainer
{
    private readonly ContinualPlan plan;
    private readonly TrainingPlan training;
    private readonly ContinualStep step;
    private readonly IReadOnlyList<int[]> parts;
    private ContinualState state = new();
    private int[] rows = [];
    private long epochStarted;

    /// <summary>Prepares training from the beginning; throws <see cref="ArgumentException"/> on a plan that cannot work.</summary>
    public ContinualTrainer(ContinualPlan plan)
    {
        plan.Check();
        this.plan = plan;
        training = plan.Training;
        parts = plan.Parts();
        plan.Method.Bind(new ContinualContext(
            training.Model, training.Train, plan.TaskOf, plan.Sequence, training.Loss, training.BatchSize, training.Key.For("continual")));
        step = new ContinualStep(training, plan.Method);
    }

    /// <summary>Accuracies so far; null where the plan watches no rows.</summary>
    public TaskRecord? Record
        => plan.Watch is null ? null : new TaskRecord([.. state.Accuracies], [.. state.Untrained], [.. state.RightAfter], [.. state.RightAtEnd]);

    /// <summary>
    /// Goes on from a checkpoint. Throws <see cref="InvalidDataException"/> (or what reading throws) if the file is broken or of
    /// another training.
    /// </summary>
    public void Resume(string path) => state = ContinualCheckpoint.Load(path, plan, out rows);

    /// <summary>Writes a checkpoint that <see cref="Resume"/> reads.</summary>
    public void Save(string path) => ContinualCheckpoint.Save(path, plan, state, rows);

    /// <summary>
    /// Trains to the end of the last task, to divergence or to cancellation (which leaves a checkpoint at the plan's path). Then
    /// the model holds the classifier that the method answers with.
    /// </summary>
    public TrainingResult Run(CancellationToken cancellation = default)
    {
        try
        {
            if (state is { Task: 0, Within: false } && plan.Watch is { } watch)
            {
                state.Untrained = Shares(watch.Judge(training.Model, plan.Sequence, training.EvalBatch));
            }

            while (state.Task < parts.Count)
            {
                if (RunTask(cancellation) is { } ended)
                {
                    return ended;
                }
            }

            plan.Method.EnterClassifier();
            return Result(interrupted: false, null);
        }
        finally
        {
            training.Optimizer.Rate = training.Optimizer.BaseRate;
        }
    }

    private TrainingResult? RunTask(CancellationToken cancellation)
    {
        int task = state.Task;
        if (parts[task].Length == 0)
        {
            EndTask(task, learned: false);
            return null;
        }

        if (!state.Within)
        {
            using var scope = MemoryScope.Begin("task");
            rows = [.. plan.Method.BeginTask(task, parts[task])];
        }

        var order = new BatchOrder(rows.Length, training.BatchSize, training.Key.For("shuffle").At(task), training.DropLast);
        var schedule = plan.Schedule(order.Batches);
        while (state.Epoch < training.Epochs)
        {
            if (RunEpoch(task, order, schedule, cancellation) is { } ended)
            {
                return ended;
            }
        }

        EndTask(task, learned: true);
        SaveIfWanted();
        return cancellation.IsCancellationRequested && state.Task < parts.Count ? Result(interrupted: true, null) : null;
    }

    private TrainingResult? RunEpoch(int task, BatchOrder order, Schedule schedule, CancellationToken cancellation)
    {
        epochStarted = Stopwatch.GetTimestamp() - (long)(state.EpochSeconds * Stopwatch.Frequency);
        var loader = new Loader(
            new Subset(training.Train, rows), order.Epoch(state.Epoch), training.Key.For("augment").At(task).At(state.Epoch), training.Workers, state.Step);
        double[] losses = [.. state.History.Skip(task * training.Epochs).Select(e => e.WatchedLoss)];
        long last = Stopwatch.GetTimestamp();
        foreach (var batch in loader)
        {
            StepOutcome outcome;
            try
            {
                double rate = schedule.Rate(training.Optimizer.BaseRate, new SchedulePoint(((long)state.Epoch * order.Batches) + state.Step, losses));
                outcome = step.Run(new TaskBatch(batch, Array.ConvertAll(batch.Indices, i => rows[i]), task, state.GlobalStep), rate, (task * training.Epochs) + state.Epoch, state.Step);
            }
            finally
            {
                batch.Release();
            }

            if (outcome.Divergence is { } divergence)
            {
                return Result(interrupted: false, divergence);
            }

            long now = Stopwatch.GetTimestamp();
            Count(outcome, batch.Count, (now - last) / (double)Stopwatch.Frequency);
            last = now;
            if (state.Step == order.Batches)
            {
                EndEpoch();
            }

            if (cancellation.IsCancellationRequested && state.Epoch < training.Epochs)
            {
                SaveIfWanted();
                return Result(interrupted: true, null);
            }

            bool due = training.CheckpointEvery > 0 ? state.GlobalStep % training.CheckpointEvery == 0 : state.Step == 0;
            if (due && state.Epoch < training.Epochs)
            {
                SaveIfWanted();
            }
        }

        return null;
    }

    private void Count(StepOutcome outcome, int samples, double seconds)
    {
        var info = new StepInfo(
            (state.Task * training.Epochs) + state.Epoch, state.Step, state.GlobalStep, samples, outcome.Loss, training.Optimizer.Rate, outcome.GradientNorm, samples / seconds);
        state.LossSum += outcome.Loss * samples;
        state.Samples += samples;
        state.Rate = training.Optimizer.Rate;
        state.Step++;
        state.GlobalStep++;
        foreach (var observer in training.Observers)
        {
            observer.OnStep(info);
        }
    }

    private void EndEpoch()
    {
        double seconds = Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
        var none = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var epoch = new EpochInfo((state.Task * training.Epochs) + state.Epoch, state.LossSum / state.Samples, none, null, none, state.Rate, seconds);
        state.History.Add(epoch);
        state.Seconds += seconds;
        state.Epoch++;
        state.Step = 0;
        state.LossSum = state.EpochSeconds = 0;
        state.Samples = 0;
        foreach (var observer in training.Observers)
        {
            observer.OnEpoch(epoch);
        }
    }

    private void EndTask(int task, bool learned)
    {
        if (learned)
        {
            using var scope = MemoryScope.Begin("task");
            plan.Method.EndTask(task, parts[task]);
        }

        if (plan.Watch is { } watch)
        {
            plan.Method.EnterClassifier();
            bool[][] right = watch.Judge(training.Model, plan.Sequence, training.EvalBatch);
            plan.Method.LeaveClassifier();
            state.Accuracies.Add([.. Shares(right)]);
            state.RightAfter.Add(right[task]);
            if (task == parts.Count - 1)
            {
                state.RightAtEnd = [.. right];
            }
        }

        state.Task++;
        state.Epoch = state.Step = 0;
    }

    private void SaveIfWanted()
    {
        if (training.CheckpointPath is { } path)
        {
            state.EpochSeconds = state.Step == 0 ? 0 : Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
            Save(path);
        }
    }

    private TrainingResult Result(bool interrupted, Divergence? divergence)
        => new(
            [.. state.History],
            -1,
            state.GlobalStep,
            state.Seconds + (state.Step == 0 ? 0 : Stopwatch.GetElapsedTime(epochStarted).TotalSeconds),
            Stopped: false,
            interrupted,
            divergence);

    private static List<double> Shares(bool[][] right) => [.. right.Select(r => r.Count(x => x) / (double)r.Length)];
}
