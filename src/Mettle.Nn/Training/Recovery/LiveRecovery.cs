using System.Globalization;

namespace Mettle.Nn;

/// <summary>Watches a training's steps, keeps snapshots, and after a breakdown chooses the remedy and rolls back.</summary>
internal sealed class LiveRecovery(TrainingPlan plan, Recovery settings, BestWeights best)
{
    // A rate this much above what the range test finds is the cause of a failed start.
    public const double TooHigh = 3;

    private const double Cut = 0.1;

    // A start is judged at the end of the first epoch by which there were so many steps, or after so many. A rehearsal at a lower rate
    // must come to half of its loss; to three quarters where the rate is far above what the range test finds and stays there.
    private const int FewestToJudge = 112, MostToJudge = 1024;
    private const double Above = 2, FarAbove = 5, Better = 0.75, FarBetter = 0.5;

    // Gradients may grow to this multiple of their median before they are clipped; a first gradient longer than LongFirst is clipped to 1.
    private const double ClipAt = 2, LongFirst = 100;

    private readonly Parameter[] parameters = [.. plan.Model.Parameters];

    // What a rehearsal came to, when it has just shown that the start is poor.
    private (double Loss, long Steps)? betterStart;

    // Whether the failure was seen in an epoch's mean.
    private bool atEpoch;

    public Snapshots Snapshots { get; } = new();

    /// <summary>Before the first step.</summary>
    public void Begin(TrainingState state)
    {
        state.Watch = new LossWatch { Constant = ConstantAnswer.Loss(plan, state.Recovery.LeftOut), FirstWeights = WeightNorm() };
        Snapshots.Offer(plan, state, best);
    }

    /// <summary>After a good step; gives what has broken down, or null.</summary>
    public FailureCause? OnStep(StepOutcome outcome, TrainingState state)
    {
        var watch = state.Watch!;
        if (watch.Add(outcome.OwnLoss ?? outcome.Loss, outcome.GradientNorm) is { } failure)
        {
            return failure;
        }

        if (state.GlobalStep - state.Began == 1)
        {
            watch.FirstMove = Snapshots.All[0].Distance(plan.Model) / watch.FirstWeights;
        }

        if (watch.High == 0)
        {
            Snapshots.Offer(plan, state, best);
        }

        return state.GlobalStep - state.Began == MostToJudge ? JudgeStart(state) : null;
    }

    /// <summary>After an epoch's last step, before it is written into the history.</summary>
    public FailureCause? OnEpoch(TrainingState state)
    {
        if (state.Samples == 0)
        {
            return null;
        }

        var failure = state.Watch!.EndEpoch(state.WatchedMean, state.Step, state.GlobalStep - state.Began, WeightNorm) ?? JudgeStart(state);
        atEpoch = failure is not null;
        return failure;
    }

    /// <summary>Why training cannot go on after a step whose loss or gradient is not finite; null where it does, from the state it is given back.</summary>
    public Divergence? AfterNonFinite(Divergence divergence, double loss, ref TrainingState state)
    {
        if (divergence.Rows.Count > 0)
        {
            return LeaveOut(divergence, loss, state);
        }

        string finding = $"The {divergence.Quantity} is not finite. {divergence.Cause}";
        var cause = state.Watch!.Learned ? FailureCause.NonFinite : FailureCause.FailedStart;
        return GoOn(cause, finding, state.Epoch, state.Step, state.GlobalStep, state.GlobalStep, loss, divergence, ref state)
            ? null
            : divergence with { Cause = $"{divergence.Cause} {Spent(state)}" };
    }

    /// <summary>The same after a breakdown of finite numbers, seen after the step before the state's.</summary>
    public Divergence? AfterRise(FailureCause cause, double loss, ref TrainingState state)
    {
        string finding = Finding(cause, loss, state);
        int step = Math.Max(0, state.Step - 1);
        long began = state.GlobalStep - (atEpoch ? state.Step : state.Watch!.High);
        var (epoch, global) = (state.Epoch, state.GlobalStep - 1);
        bool goesOn = GoOn(cause, finding, epoch, step, global, began, loss, null, ref state);
        (betterStart, atEpoch) = (null, false);
        return goesOn
            ? null
            : new Divergence(epoch, step, "loss", $"{finding} {Spent(state)}", null) { IsFinite = true };
    }

    /// <summary>What was seen of a breakdown of finite numbers, in a sentence.</summary>
    public string Finding(FailureCause cause, double loss, TrainingState state)
    {
        var watch = state.Watch!;
        return cause switch
        {
            FailureCause.FailedStart when betterStart is (var least, var steps) => $"The loss is {Show(watch.MedianLoss)} after {state.GlobalStep - state.Began} steps, its largest {Show(watch.Peak)}, the weights {Show(WeightNorm() / watch.FirstWeights)} times as long as at first; {steps} steps from {Beginning} at rate {Show(state.Recovery.RateRange!.Suggested)} come to {Show(least)}.",
            FailureCause.FailedStart when atEpoch => $"The epoch's mean loss {Show(state.WatchedMean)} is no better than that of a constant answer ({Show(watch.Constant)}), and loss or weights have blown up (largest loss {Show(watch.Peak)}).",
            FailureCause.FailedStart => $"The loss has been far above its first value ({Show(watch.First)}) for {watch.High} steps ({Show(loss)} by now), with nothing learned before.",
            FailureCause.ExplodingGradient => $"The gradient's norm rose to {Show(watch.HighNorm)}, its median being {Show(watch.MedianNorm)}, and the loss stayed above {Show(watch.Limit)} for {watch.High} steps.",
            _ when atEpoch => $"The epoch's mean loss {Show(state.WatchedMean)} has lost half or more of what was learned: it had been {Show(watch.BestEpoch)}, that of a constant answer is {Show(watch.Constant)}.",
            _ => $"The loss stayed above {Show(watch.Limit)} for {watch.High} steps ({Show(loss)} by now).",
        };
    }

    // Whether the start is worth keeping, where its loss has risen or its weights have grown: judged once, by training again from the
    // first weights through the same batches at the rate that a range test finds. Not before the schedule is near its full rate.
    private FailureCause? JudgeStart(TrainingState state)
    {
        var (changes, watch) = (state.Recovery, state.Watch!);
        long done = state.GlobalStep - state.Began, full = plan.TotalSteps;
        if (changes.StartJudged || done < Math.Min(FewestToJudge, full) || (2 * state.Rate < Rate(changes) && 2 * done < full))
        {
            return null;
        }

        changes.StartJudged = true;
        if (changes.RateRange is not null || changes.Retried >= settings.Retries || !watch.IsSuspect(WeightNorm))
        {
            return null;
        }

        var now = new Snapshot();
        now.Take(plan, state, best.State);
        Snapshots.All[0].PutBack(plan);
        changes.RateRange = new RateRangeTest().Run(plan, changes.LeftOut, changes.ClipNorm);
        double times = Rate(changes) / changes.RateRange.Suggested;
        if (times >= Above)
        {
            long steps = Math.Min(done, MostToJudge);
            double loss = Rehearsal.Loss(plan, changes, changes.RateRange.Suggested / plan.Optimizer.BaseRate, steps);
            betterStart = loss < (times >= FarAbove && !Heals ? Better : FarBetter) * watch.MedianLoss ? (loss, steps) : null;
        }

        now.PutBack(plan);
        now.Release();
        return betterStart is null ? null : FailureCause.FailedStart;
    }

    // Whether the schedule itself ends at a tenth of the rate or less.
    private bool Heals => plan.Schedule.Rate(1, plan.TotalSteps - 1) <= 0.1;

    private double Rate(RecoveryState changes) => plan.Optimizer.BaseRate * changes.RateScale;

    private bool GoOn(FailureCause cause, string finding, int epoch, int step, long global, long began, double loss, Divergence? divergence, ref TrainingState state)
    {
        var changes = state.Recovery;
        bool anew = cause == FailureCause.FailedStart;
        bool exploded = state.Watch!.Exploded;
        double median = state.Watch.MedianNorm;
        bool spent = changes.Retried >= settings.Retries;
        var last = changes.Done.FindLast(r => r.Cause != FailureCause.BadSample);
        var from = Snapshots.Before(anew ? 0 : began, last?.FromGlobalStep);
        from.PutBack(plan);
        best.GoBack(from.Best);
        double seconds = state.Seconds + state.EpochSeconds;
        state = from.State.Clone();
        state.Recovery = changes;
        state.Seconds = seconds - state.EpochSeconds;
        if (spent)
        {
            return false;
        }

        string remedy = anew ? BeginAnew(changes) : exploded && !Clips(changes, median) ? Clip(changes, ClipAt * median) : CutRate(changes);
        changes.Done.Add(new TrainingRecovery(epoch, step, global, cause, finding, remedy, state.Epoch, state.Step, state.GlobalStep)
        {
            Birth = divergence?.Birth,
            Layer = divergence?.Layer,
            RateScale = changes.RateScale,
            ClipNorm = changes.ClipNorm,
            Loss = double.IsFinite(loss) ? loss : null,
        });
        return true;
    }

    private Divergence? LeaveOut(Divergence divergence, double loss, TrainingState state)
    {
        var gone = state.Recovery.LeftOut.ToHashSet();
        int[] rows = [.. divergence.Rows.Concat(BadRows.All(plan, plan.Key.For("augment").At(state.Epoch))).Where(gone.Add).Order()];
        int most = Math.Max(1, (int)(settings.MostBadRows * plan.Train.Count));
        if (rows.Length == 0 || gone.Count > most)
        {
            return divergence with { Cause = $"{divergence.Cause} {gone.Count} of {plan.Train.Count} training rows are broken, more than can be left out ({most})." };
        }

        state.Recovery.LeftOut = [.. gone.Order()];
        string which = string.Join(", ", rows.Take(5).Select(plan.RowName)) + (rows.Length > 5 ? $" and {rows.Length - 5} more" : "");
        state.Recovery.Done.Add(new TrainingRecovery(
            state.Epoch, state.Step, state.GlobalStep, FailureCause.BadSample, divergence.Cause, $"Left out from here on: {which}.", state.Epoch, state.Step, state.GlobalStep)
        {
            Rows = rows,
            Birth = divergence.Birth,
            RateScale = state.Recovery.RateScale,
            ClipNorm = state.Recovery.ClipNorm,
            Loss = double.IsFinite(loss) ? loss : null,
        });
        return null;
    }

    // The first weights are in the model: they were sound, what came after was not.
    private string BeginAnew(RecoveryState changes)
    {
        string anew = $"Began anew from {Beginning}.";
        double rate = Rate(changes);
        var found = changes.RateRange ??= new RateRangeTest().Run(plan, changes.LeftOut, changes.ClipNorm);
        if (found.Suggested * TooHigh < rate || betterStart is not null)
        {
            changes.RateScale = found.Suggested / plan.Optimizer.BaseRate;
            return $"The learning rate {Show(rate)} is far too high: a range test finds {Show(found.Suggested)}, which is used from here on. {anew}";
        }

        return found.FirstNorm > LongFirst && !Clips(changes, 1) ? $"{Clip(changes, 1)} {anew}" : $"{CutRate(changes)} {anew}";
    }

    private string CutRate(RecoveryState changes)
    {
        changes.RateScale *= Cut;
        return $"Learning rate cut to a tenth ({Show(changes.RateScale * plan.Optimizer.BaseRate)}).";
    }

    private static string Clip(RecoveryState changes, double norm)
    {
        changes.ClipNorm = norm;
        return $"Gradients are clipped at norm {Show(norm)}.";
    }

    private bool Clips(RecoveryState changes, double median)
        => changes.ClipNorm > 0 || (plan.Clipping.Norm > 0 && plan.Clipping.Norm <= 2 * ClipAt * median);

    private string Spent(TrainingState state)
        => $"{state.Recovery.Retried} roll-back{(state.Recovery.Retried == 1 ? "" : "s")} did not help; the weights are those of epoch {state.Epoch + 1}, step {state.Step + 1}.";

    private string Beginning => plan.Task?.Beginning ?? "the first weights";

    private double WeightNorm()
    {
        double sum = 0;
        foreach (var p in parameters)
        {
            sum += GradientNorm.SquaredSum(p.Value);
        }

        return Math.Sqrt(sum);
    }

    public static string Show(double v) => v.ToString("G3", CultureInfo.InvariantCulture);
}
