using System.Diagnostics;

namespace Mettle.Nn;

/// <summary>
/// Trains a model by a plan. The weights that come out depend on the plan alone: not on threads, loading, or whether training
/// was stopped and resumed in between.
/// </summary>
/// <example><code>
/// var trainer = new Trainer(plan);
/// if (File.Exists(plan.CheckpointPath)) trainer.Resume(plan.CheckpointPath);
/// TrainingResult result = trainer.Run(cancellation);
/// </code></example>
public sealed class Trainer
{
    private readonly TrainingPlan plan;
    private readonly TrainingStep step;
    private readonly BestWeights best = new();
    private readonly LiveRecovery? recovery;
    private readonly EarlyStopping watch;
    private readonly Metric[] metrics;
    private TrainingState state = new();
    private long epochStarted;

    /// <summary>Prepares training from the beginning; throws <see cref="ArgumentException"/> on a plan that cannot work.</summary>
    public Trainer(TrainingPlan plan)
    {
        plan.Check();
        this.plan = plan;
        step = new TrainingStep(plan);
        recovery = plan.Recovery is { } settings ? new LiveRecovery(plan, settings, best) : null;
        watch = plan.EarlyStopping ?? new EarlyStopping(0, RestoreBest: false);
        metrics = watch.Metric == "loss" || plan.Metrics.Any(m => m.Name == watch.Metric)
            ? [.. plan.Metrics]
            : [.. plan.Metrics, Metric.Named(watch.Metric)];
    }

    /// <summary>Epochs finished so far.</summary>
    public IReadOnlyList<EpochInfo> History => state.History;

    /// <summary>
    /// Goes on from a checkpoint: weights, optimiser, averages, place in the epoch and history are as they were. Throws
    /// <see cref="InvalidDataException"/> (or what reading throws) if the file is broken or of another training.
    /// </summary>
    public void Resume(string path) => state = TrainingCheckpoint.Load(path, plan, best, recovery?.Snapshots);

    /// <summary>Writes a checkpoint that <see cref="Resume"/> reads.</summary>
    public void Save(string path) => TrainingCheckpoint.Save(path, plan, state, best, recovery?.Snapshots.All ?? []);

    /// <summary>
    /// Trains to the end of the plan, to early stopping, to divergence or to cancellation (which leaves a checkpoint at
    /// <see cref="TrainingPlan.CheckpointPath"/>). Then puts in the best or averaged weights, if the plan has them; not when
    /// cancelled, so that training can go on.
    /// </summary>
    public TrainingResult Run(CancellationToken cancellation = default)
    {
        try
        {
            Prepare();
            while (state.Epoch < plan.Epochs && !HasStopped)
            {
                if (RunEpoch(cancellation) is { } ended)
                {
                    return ended;
                }
            }

            PutInFinalWeights();
            return Result(interrupted: false, null);
        }
        finally
        {
            plan.Optimizer.Rate = plan.Optimizer.BaseRate;
        }
    }

    private void Prepare()
    {
        if (plan.RateSearch is { } search && state is { GlobalStep: 0, Recovery.RateRange: null })
        {
            state.Recovery.RateRange = search.Run(plan);
            state.Recovery.RateScale = state.Recovery.RateRange.Suggested / plan.Optimizer.BaseRate;
        }

        if (recovery is not null && state.Watch is null)
        {
            recovery.Begin(state);
        }
    }

    private bool HasStopped => watch.Patience > 0 && state.History.Count > 0 && watch.Judge(state.History).Since >= watch.Patience;

    private TrainingResult? RunEpoch(CancellationToken cancellation)
    {
        epochStarted = Stopwatch.GetTimestamp() - (long)(state.EpochSeconds * Stopwatch.Frequency);
        var loader = new Loader(plan.TrainIn(state.Epoch), state.Recovery.Without(plan.Order.Epoch(state.Epoch)), plan.Key.For("augment").At(state.Epoch), plan.Workers, state.Step);
        long last = Stopwatch.GetTimestamp();
        foreach (var batch in loader)
        {
            StepOutcome outcome;
            try
            {
                outcome = step.Run(batch, state);
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
            if (recovery?.OnStep(outcome, state) is { } failure)
            {
                return Recover(null, failure, outcome.Loss);
            }

            if (cancellation.IsCancellationRequested)
            {
                return Interrupt();
            }

            if (plan.CheckpointEvery > 0 && state.GlobalStep % plan.CheckpointEvery == 0)
            {
                SaveIfWanted();
            }
        }

        if (recovery?.OnEpoch(state) is { } lost)
        {
            return Recover(null, lost, state.LossSum / state.Samples);
        }

        EndEpoch();
        if (plan.CheckpointEvery == 0)
        {
            SaveIfWanted();
        }

        return cancellation.IsCancellationRequested && state.Epoch < plan.Epochs && !HasStopped ? Interrupt() : null;
    }

    // Null where training goes on, from where the state then is.
    private TrainingResult? Recover(Divergence? notFinite, FailureCause? rise, double loss)
    {
        state.EpochSeconds = Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
        var ended = notFinite is null
            ? recovery!.AfterRise(rise!.Value, loss, ref state)
            : recovery is null ? notFinite : recovery.AfterNonFinite(notFinite, loss, ref state);
        if (ended is not null)
        {
            return Result(interrupted: false, ended);
        }

        foreach (var observer in plan.Observers)
        {
            observer.OnRecovery(state.Recovery.Done[^1]);
        }

        return null;
    }

    private void Count(StepOutcome outcome, int samples, double seconds)
    {
        var info = new StepInfo(state.Epoch, state.Step, state.GlobalStep, samples, outcome.Loss, plan.Optimizer.Rate, outcome.GradientNorm, samples / seconds);
        state.LossSum += outcome.Loss * samples;
        state.Samples += samples;
        state.CorrectSum += outcome.Correct ?? 0;
        state.Judged += outcome.Correct is null ? 0 : samples;
        state.Rate = plan.Optimizer.Rate;
        state.Step++;
        state.GlobalStep++;
        foreach (var observer in plan.Observers)
        {
            observer.OnStep(info);
        }
    }

    private void EndEpoch()
    {
        plan.Averaging?.OnEpoch(state.Epoch);
        var training = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (state.Judged > 0)
        {
            training["accuracy"] = state.CorrectSum / state.Judged;
        }

        EpochInfo epoch;
        using (plan.Averaging is { } averaging ? averaging.SwapIn() : default)
        {
            var (loss, values) = Validate();
            double seconds = Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
            epoch = new EpochInfo(state.Epoch, state.LossSum / state.Samples, training, loss, values, state.Rate, seconds);
            state.History.Add(epoch);
            state.Seconds += seconds;
            if (watch.RestoreBest && watch.Judge(state.History).BestEpoch == state.Epoch)
            {
                best.Take(plan.Model.StateDict(), wanted: recovery?.Snapshots.Refers(best.State) ?? false);
            }
        }

        state.BeginNextEpoch();
        foreach (var observer in plan.Observers)
        {
            observer.OnEpoch(epoch);
        }
    }

    private (double? Loss, IReadOnlyDictionary<string, double> Metrics) Validate()
    {
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (plan.Validation is null)
        {
            return (null, values);
        }

        var result = Evaluator.Run(plan.Model, plan.Validation, plan.Loss, plan.EvalBatch);
        if (metrics.Length > 0)
        {
            var predictions = result.ToPredictions() ?? throw new InvalidOperationException(
                $"Metric '{metrics[0].Name}' needs one row of class outputs or values per sample; the model's outputs per sample are {result.OutputShape}.");
            foreach (var metric in metrics)
            {
                values[metric.Name] = metric.Of(predictions);
            }
        }

        return (result.Loss, values);
    }

    private void PutInFinalWeights()
    {
        if (best.Exist)
        {
            plan.Model.LoadStateDict(best.State);
        }
        else
        {
            plan.Averaging?.CopyToModel();
        }
    }

    private TrainingResult Interrupt()
    {
        SaveIfWanted();
        return Result(interrupted: true, null);
    }

    private void SaveIfWanted()
    {
        if (plan.CheckpointPath is { } path)
        {
            state.EpochSeconds = state.Step == 0 ? 0 : Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
            Save(path);
        }
    }

    private TrainingResult Result(bool interrupted, Divergence? divergence)
        => new(
            [.. state.History],
            watch.Judge(state.History).BestEpoch,
            state.GlobalStep,
            state.Seconds + (state.Step == 0 ? 0 : Stopwatch.GetElapsedTime(epochStarted).TotalSeconds),
            !interrupted && divergence is null && state.Epoch < plan.Epochs,
            interrupted,
            divergence)
        {
            Recoveries = [.. state.Recovery.Done],
            RateRange = state.Recovery.RateRange,
        };
}
