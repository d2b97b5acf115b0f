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
    private readonly BestWeights noBest = new();
    private ContinualState state = new();
    private int[] rows = [];
    private LiveRecovery? recovery;
    private Snapshot? first;
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

    private TrainingState At => state.Training;

    /// <summary>
    /// Goes on from a checkpoint. Throws <see cref="InvalidDataException"/> (or what reading throws) if the file is broken or of
    /// another training.
    /// </summary>
    public void Resume(string path)
    {
        state = ContinualCheckpoint.Load(path, plan, out rows, out var snapshots, out first);
        if (state.Begun)
        {
            Watch();
            recovery?.Snapshots.Load(snapshots);
        }
    }

    /// <summary>Writes a checkpoint that <see cref="Resume"/> reads.</summary>
    public void Save(string path) => ContinualCheckpoint.Save(path, plan, state, rows, recovery?.Snapshots.All ?? [], first);

    /// <summary>
    /// Trains to the end of the last task, to divergence or to cancellation (which leaves a checkpoint at the plan's path). Then
    /// the model holds the classifier that the method answers with.
    /// </summary>
    public TrainingResult Run(CancellationToken cancellation = default)
    {
        try
        {
            if (state is { Task: 0, Begun: false } && plan.Watch is { } watch)
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
            first?.Release();
            first = null;
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
        if (Sound(parts[task]).Length > 0)
        {
            BeginTask(task);
            var order = plan.Order(task, rows.Length);
            var schedule = plan.Schedule(order.Batches);
            while (At.Epoch < (task + 1) * training.Epochs)
            {
                if (RunEpoch(task, order, schedule, cancellation) is { } ended)
                {
                    return ended;
                }

                if (state.Task != task)
                {
                    return null;
                }
            }
        }

        EndTask(task);
        SaveIfWanted();
        return cancellation.IsCancellationRequested && state.Task < parts.Count ? Result(interrupted: true, null) : null;
    }

    private void BeginTask(int task)
    {
        if (state.Begun)
        {
            return;
        }

        if (training.Recovery is not null && At.GlobalStep == 0 && At.Recovery.RateRange is null)
        {
            first?.Release();
            first = new Snapshot();
            first.Take(Stretch(), new TrainingState(), noBest.State);
        }

        using (var scope = MemoryScope.Begin("task"))
        {
            rows = [.. plan.Method.BeginTask(task, Sound(parts[task]))];
        }

        state.Begun = true;
        (At.Began, At.Watch) = (At.GlobalStep, null);
        Watch();
        recovery?.Begin(At);
    }

    private void Watch()
        => recovery = training.Recovery is { } settings
            ? new LiveRecovery(Stretch() with { Schedule = plan.Schedule(plan.Order(state.Task, rows.Length).Batches) }, settings, noBest)
            : null;

    private TrainingPlan Stretch() => training with { Task = new TaskStretch(plan.Method, state.Task, rows) };

    private TrainingResult? RunEpoch(int task, BatchOrder order, Schedule schedule, CancellationToken cancellation)
    {
        epochStarted = Stopwatch.GetTimestamp() - (long)(At.EpochSeconds * Stopwatch.Frequency);
        int epoch = At.Epoch - (task * training.Epochs);
        var loader = new Loader(new Subset(training.Train, rows), At.Recovery.Without(order.Epoch(epoch), rows), training.Key.For("augment").At(task).At(epoch), training.Workers, At.Step);
        double[] losses = [.. At.History.Where(e => e.Epoch >= task * training.Epochs).Select(e => e.WatchedLoss)];
        long last = Stopwatch.GetTimestamp();
        foreach (var batch in loader)
        {
            StepOutcome outcome;
            try
            {
                double rate = At.Recovery.RateScale * schedule.Rate(training.Optimizer.BaseRate, new SchedulePoint(((long)epoch * order.Batches) + At.Step, losses));
                outcome = step.Run(new TaskBatch(batch, Array.ConvertAll(batch.Indices, i => rows[i]), task, At.GlobalStep), rate, At);
            }
            finally
            {
                batch.Release();
            }

            if (outcome.Divergence is { } divergence)
            {
                return Recover(divergence, null, outcome.Loss);
            }

            long now = Stopwatch.GetTimestamp();
            Count(outcome, batch.Count, (now - last) / (double)Stopwatch.Frequency);
            last = now;
            if (recovery?.OnStep(outcome, At) is { } failure)
            {
                return Recover(null, failure, outcome.OwnLoss ?? outcome.Loss);
            }

            if (cancellation.IsCancellationRequested)
            {
                SaveIfWanted();
                return Result(interrupted: true, null);
            }

            if (training.CheckpointEvery > 0 && At.GlobalStep % training.CheckpointEvery == 0)
            {
                SaveIfWanted();
            }
        }

        if (recovery?.OnEpoch(At) is { } lost)
        {
            return Recover(null, lost, At.WatchedMean);
        }

        // No step of this task follows its last one that would show what it did to the weights.
        if (recovery is not null && epoch == training.Epochs - 1 && FailedStep.Broken(training.Model.Parameters) is { } broken)
        {
            string cause = $"{broken.Cause} In task {task + 1}, learned by '{plan.Method.Name}'.";
            return Recover(new Divergence(At.Epoch, At.Step, "weight", cause, null) { Layer = broken.Name }, null, double.NaN);
        }

        EndEpoch();
        if (training.CheckpointEvery == 0 && At.Epoch < (task + 1) * training.Epochs)
        {
            SaveIfWanted();
        }

        return null;
    }

    // Null where training goes on, from where the state then is.
    private TrainingResult? Recover(Divergence? notFinite, FailureCause? rise, double loss)
    {
        At.EpochSeconds = Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
        if (BeganAnew(notFinite, rise, loss))
        {
            Tell();
            return null;
        }

        var at = At;
        var ended = notFinite is null
            ? recovery!.AfterRise(rise!.Value, loss, ref at)
            : recovery is null ? notFinite : recovery.AfterNonFinite(notFinite, loss, ref at);
        state.Training = at;
        if (ended is not null)
        {
            return Result(interrupted: false, ended with { Task = state.Task });
        }

        at.Recovery.Done[^1] = at.Recovery.Done[^1] with { Task = state.Task };
        Tell();
        return null;
    }

    // An easy first task can be learned at a rate that is far too high, and leaves weights from which no other task can be. So where
    // a later one fails at its start, the rate is tried from the first weights, and all is begun anew if it is at fault there.
    private bool BeganAnew(Divergence? notFinite, FailureCause? rise, double loss)
    {
        var changes = At.Recovery;
        bool failedStart = rise == FailureCause.FailedStart || (notFinite is { Rows.Count: 0 } && recovery is not null && !At.Watch!.Learned);
        if (!failedStart || first is null || At.Began == 0 || changes.Retried >= training.Recovery!.Retries)
        {
            return false;
        }

        var (task, epoch, step, global) = (state.Task, At.Epoch, notFinite is null ? Math.Max(0, At.Step - 1) : At.Step, notFinite is null ? At.GlobalStep - 1 : At.GlobalStep);
        string finding = notFinite is null ? recovery!.Finding(rise!.Value, loss, At) : $"The {notFinite.Quantity} is not finite. {notFinite.Cause}";
        first.PutBack(Stretch());
        int begin = parts.TakeWhile(p => Sound(p).Length == 0).Count();
        TaskStretch stretch;
        using (var scope = MemoryScope.Begin("task"))
        {
            stretch = new TaskStretch(plan.Method, begin, [.. plan.Method.BeginTask(begin, Sound(parts[begin]))]);
        }

        changes.RateRange = new RateRangeTest().Run(training with { Task = stretch }, changes.LeftOut, changes.ClipNorm);
        double rate = training.Optimizer.BaseRate * changes.RateScale, found = changes.RateRange.Suggested;
        bool tooHigh = found * LiveRecovery.TooHigh < rate;
        if (tooHigh)
        {
            first.PutBack(Stretch());
            changes.RateScale = found / training.Optimizer.BaseRate;
            string remedy = $"The learning rate {LiveRecovery.Show(rate)} is far too high: a range test from the first weights finds {LiveRecovery.Show(found)}, which is used from here on. Began all tasks anew.";
            changes.Done.Add(new TrainingRecovery(epoch, step, global, FailureCause.FailedStart, finding, remedy, begin * training.Epochs, 0, 0)
            {
                Task = task,
                Birth = notFinite?.Birth,
                Layer = notFinite?.Layer,
                RateScale = changes.RateScale,
                ClipNorm = changes.ClipNorm,
                Loss = double.IsFinite(loss) ? loss : null,
            });
            recovery!.Snapshots.Load([]);
            recovery = null;
            state = new ContinualState
            {
                Task = begin,
                Untrained = state.Untrained,
                Training = new TrainingState { Epoch = begin * training.Epochs, Recovery = changes, Seconds = At.Seconds + At.EpochSeconds },
            };
        }

        first.Release();
        first = null;
        return tooHigh;
    }

    private void Tell()
    {
        foreach (var observer in training.Observers)
        {
            observer.OnRecovery(At.Recovery.Done[^1]);
        }
    }

    private int[] Sound(int[] own) => At.Recovery.LeftOut.Count == 0 ? own : [.. own.Except(At.Recovery.LeftOut)];

    private void Count(StepOutcome outcome, int samples, double seconds)
    {
        var info = new StepInfo(At.Epoch, At.Step, At.GlobalStep, samples, outcome.Loss, training.Optimizer.Rate, outcome.GradientNorm, samples / seconds);
        At.LossSum += outcome.Loss * samples;
        At.WatchedSum = (At.WatchedSum ?? 0) + ((outcome.OwnLoss ?? outcome.Loss) * samples);
        At.Samples += samples;
        At.Rate = training.Optimizer.Rate;
        At.Step++;
        At.GlobalStep++;
        foreach (var observer in training.Observers)
        {
            observer.OnStep(info);
        }
    }

    private void EndEpoch()
    {
        if (At.Samples == 0)
        {
            At.BeginNextEpoch();
            return;
        }

        double seconds = Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
        var none = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var epoch = new EpochInfo(At.Epoch, At.LossSum / At.Samples, none, null, none, At.Rate, seconds);
        At.History.Add(epoch);
        At.Seconds += seconds;
        At.BeginNextEpoch();
        foreach (var observer in training.Observers)
        {
            observer.OnEpoch(epoch);
        }
    }

    private void EndTask(int task)
    {
        int[] learned = Sound(parts[task]);
        if (learned.Length > 0)
        {
            using var scope = MemoryScope.Begin("task");
            plan.Method.EndTask(task, learned);
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

        recovery?.Snapshots.Load([]);
        (recovery, state.Begun) = (null, false);
        state.Task++;
        (At.Epoch, At.Step) = (state.Task * training.Epochs, 0);
    }

    private void SaveIfWanted()
    {
        if (training.CheckpointPath is { } path)
        {
            At.EpochSeconds = At.Step == 0 ? 0 : Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
            Save(path);
        }
    }

    private TrainingResult Result(bool interrupted, Divergence? divergence)
        => new(
            [.. At.History],
            -1,
            At.GlobalStep,
            At.Seconds + (At.Step == 0 ? 0 : Stopwatch.GetElapsedTime(epochStarted).TotalSeconds),
            Stopped: false,
            interrupted,
            divergence)
        {
            Recoveries = [.. At.Recovery.Done],
            RateRange = At.Recovery.RateRange,
        };

    private static List<double> Shares(bool[][] right) => [.. right.Select(r => r.Count(x => x) / (double)r.Length)];
}
