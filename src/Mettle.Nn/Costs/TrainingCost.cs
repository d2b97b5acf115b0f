namespace Mettle.Nn;

/// <summary>
/// What a training takes, counted before it is begun: one batch of each size of images goes forward and backward, and every op says
/// what it does (<see cref="CostMeter"/>). No clock takes part. The plan stays as it was.
/// </summary>
public sealed record TrainingCost
{
    // Batches that wait in the loader beside the one that is trained on.
    private const int BatchesInFlight = 3;

    // Rows by which the work of an evaluation is counted.
    private const int EvaluationRows = 64;

    private TrainingCost(IReadOnlyList<long> flopsByEpoch, IReadOnlyList<long> bytesByEpoch)
    {
        FlopsByEpoch = flopsByEpoch;
        BytesByEpoch = bytesByEpoch;
    }

    /// <summary>Operations of each epoch, validation included.</summary>
    public IReadOnlyList<long> FlopsByEpoch { get; }

    /// <summary>Bytes moved in each epoch.</summary>
    public IReadOnlyList<long> BytesByEpoch { get; }

    /// <summary>Operations of the whole training.</summary>
    public long Flops => FlopsByEpoch.Sum();

    /// <summary>Bytes moved in the whole training: operands and results of every op, each once.</summary>
    public long Bytes => BytesByEpoch.Sum();

    /// <summary>Operations of one epoch's validation.</summary>
    public required long ValidationFlops { get; init; }

    /// <summary>Operations of an evaluation of one row.</summary>
    public required double FlopsOfEvaluatedRow { get; init; }

    /// <summary>The last epoch's step: whole images, without the update.</summary>
    public required StepCost Step { get; init; }

    /// <summary>Most bytes in use at once: weights, state, averages and copies, batches in flight, and the largest step or evaluation.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Of these, what outlives a step.</summary>
    public required long StandingBytes { get; init; }

    /// <summary>Row-passes that counting took.</summary>
    public required int RowPasses { get; init; }

    /// <summary>Counts.</summary>
    /// <param name="plan">The training.</param>
    /// <param name="mostRows">Larger batches are counted by two smaller ones of together fewer rows and a line through them; at least 4.</param>
    public static TrainingCost Count(TrainingPlan plan, int mostRows = int.MaxValue)
    {
        plan.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(mostRows, 4);
        int passes = 0;
        int rows = Math.Min(plan.BatchSize, plan.Train.Count);
        var steps = new Dictionary<((int, int) Size, bool AllRows), StepCost>();
        StepCost StepIn(int epoch)
        {
            var key = (SizeIn(plan, epoch), AllRows: plan.Selection is { } s && epoch < s.Warmup);
            return steps.TryGetValue(key, out var known)
                ? known
                : steps[key] = Pass(key.AllRows ? plan with { Selection = null } : plan, plan.TrainIn(epoch), rows, mostRows, StepCost.OfTraining, ref passes);
        }

        StepCost? evaluation = null;
        int evaluated = Math.Min(plan.EvalBatch, plan.Validation?.Count ?? 0);
        if (plan.Validation is { } validation)
        {
            evaluation = Pass(plan, validation, evaluated, Math.Min(mostRows, EvaluationRows), StepCost.OfEvaluation, ref passes);
        }

        var update = plan.Optimizer.UpdateCost;
        double ValidationShare(Func<Cost, long> of) => evaluation is null ? 0 : of(evaluation.Work) / (double)evaluation.Rows;
        long validationFlops = (long)Math.Round(ValidationShare(c => c.Flops) * (plan.Validation?.Count ?? 0));
        long validationBytes = (long)Math.Round(ValidationShare(c => c.BytesRead + c.BytesWritten) * (plan.Validation?.Count ?? 0));
        var flops = new long[plan.Epochs];
        var bytes = new long[plan.Epochs];
        long trained = Math.Min((long)plan.StepsPerEpoch * plan.BatchSize, plan.Train.Count);
        for (int e = 0; e < plan.Epochs; e++)
        {
            var step = StepIn(e);
            double steppedBatches = trained / (double)step.Rows;
            flops[e] = (long)Math.Round(step.Work.Flops * steppedBatches) + (plan.StepsPerEpoch * update.Flops) + validationFlops;
            bytes[e] = (long)Math.Round((step.Work.BytesRead + step.Work.BytesWritten) * steppedBatches) + (plan.StepsPerEpoch * (update.BytesRead + update.BytesWritten)) + validationBytes;
        }

        long standing = Standing(plan);
        var last = StepIn(plan.Epochs - 1);
        return new TrainingCost(flops, bytes)
        {
            ValidationFlops = validationFlops,
            FlopsOfEvaluatedRow = evaluation is null ? last.Work.Flops / (3.0 * last.Rows) : ValidationShare(c => c.Flops),
            Step = last,
            StandingBytes = standing,
            PeakBytes = standing + (BatchesInFlight * BatchBytes(plan, rows)) + Math.Max(steps.Values.Max(s => s.PeakBytes), evaluation?.PeakBytes ?? 0),
            RowPasses = passes,
        };
    }

    private static StepCost Pass(TrainingPlan plan, IDataset data, int rows, int mostRows, Func<TrainingPlan, Batch, StepCost> count, ref int passes)
    {
        if (rows <= mostRows)
        {
            passes += rows;
            return Of(rows);
        }

        int few = Math.Max(2, mostRows / 3), more = Math.Max(few + 1, mostRows - few);
        passes += few + more;
        return StepCost.Through(Of(few), Of(more), rows);

        StepCost Of(int n)
        {
            using var scope = MemoryScope.Begin("cost");
            return count(plan, data.Load([.. Enumerable.Range(0, Math.Min(n, data.Count))], RandomKey.FromSeed(plan.Seed).For("cost")));
        }
    }

    private static (int Height, int Width) SizeIn(TrainingPlan plan, int epoch)
        => plan.Resizing?.SizeAt(epoch, plan.Epochs, 1 << 12, 1 << 12) ?? (0, 0);

    private static long Standing(TrainingPlan plan)
    {
        long weights = plan.Model.Parameters.Sum(p => p.Value.Spec.Bytes), buffers = plan.Model.NamedBuffers().Sum(b => b.Buffer.Value.Spec.Bytes);
        int trained = 1 + (plan.Averaging is null ? 0 : 1), best = plan.EarlyStopping is { RestoreBest: true } ? 1 : 0;
        long state = (trained * (weights + buffers)) + plan.Optimizer.ExpectedStateBytes;

        // The first snapshot is taken before there is a state.
        long snapshots = plan.Recovery is null ? 0 : (Snapshots.Recent * state) + weights + buffers;
        return state + snapshots
            + (best * (weights + buffers)) + plan.Optimizer.ScratchBytes + (plan.Sharpness is null ? 0 : weights);
    }

    private static long BatchBytes(TrainingPlan plan, int rows)
    {
        using var scope = MemoryScope.Begin("cost");
        var one = plan.Train.Load([0], default);
        return rows * (one.Inputs.Sum(t => t.Spec.Bytes) + one.Targets.Spec.Bytes);
    }
}
