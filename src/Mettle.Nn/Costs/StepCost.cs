namespace Mettle.Nn;

/// <summary>What one pass over a batch takes: counted, so the same in every run and on every machine.</summary>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Work">Operations, and bytes read and written.</param>
/// <param name="Ops">Ops applied, gradients included.</param>
/// <param name="PeakBytes">Most bytes of tensors in use at once, beside the batch and what outlives the step.</param>
public sealed record StepCost(int Rows, Cost Work, long Ops, long PeakBytes)
{
    /// <summary>The work by op, forward and backward apart.</summary>
    public IReadOnlyList<OpCost> ByOp { get; init; } = [];

    /// <summary>Forward, loss and backward of a batch as the plan trains it, without the update. The plan stays as it was.</summary>
    internal static StepCost OfTraining(TrainingPlan plan, Batch batch)
    {
        Buffer[] buffers = [.. plan.Model.NamedBuffers().Select(b => b.Buffer)];
        Tensor[] before = Array.ConvertAll(buffers, b => b.Value);
        var rows = batch;
        var scoring = new StepCost(0, default, 0, 0);
        if (plan.Selection is { } selection)
        {
            scoring = Measured(batch.Count, () => SelectiveBackprop.Score(plan, batch));
            rows = First(batch, selection.Expected(batch.Count));
        }

        try
        {
            var pass = Pass.Train(RandomKey.FromSeed(plan.Seed).For("cost"));
            var gradient = new BatchGradient(plan);
            var sharpness = plan.Sharpness is { } s ? new SharpnessAwareGradient(plan, s, gradient) : null;
            var step = Measured(batch.Count, () =>
            {
                var mixed = Mixup.Of(rows, plan, pass.Key);
                _ = sharpness?.Run(mixed, pass) ?? gradient.Run(mixed, pass);
            });
            return step with { Work = step.Work + scoring.Work, Ops = step.Ops + scoring.Ops, PeakBytes = Math.Max(step.PeakBytes, scoring.PeakBytes) };
        }
        finally
        {
            plan.Optimizer.ZeroGrad();
            for (int i = 0; i < buffers.Length; i++)
            {
                buffers[i].Value = before[i];
            }
        }
    }

    /// <summary>A forward pass in evaluation mode, with the loss.</summary>
    internal static StepCost OfEvaluation(TrainingPlan plan, Batch batch)
        => Measured(batch.Count, () =>
        {
            using var quiet = Autograd.NoGrad();
            plan.Loss.PerSample(plan.Model.Forward(batch.Inputs, Pass.Eval), batch.Targets);
        });

    /// <summary>The same of another number of rows, by a line through two measurements; all but the update is one.</summary>
    internal static StepCost Through(StepCost a, StepCost b, int rows)
    {
        long At(long first, long second) => (long)Math.Round(first + ((second - first) * ((rows - a.Rows) / (double)(b.Rows - a.Rows))));
        return new(
            rows,
            new(At(a.Work.Flops, b.Work.Flops), At(a.Work.BytesRead, b.Work.BytesRead), At(a.Work.BytesWritten, b.Work.BytesWritten)),
            Math.Max(a.Ops, b.Ops),
            At(a.PeakBytes, b.PeakBytes))
        {
            ByOp = b.ByOp,
        };
    }

    private static StepCost Measured(int rows, Action pass)
    {
        using var scope = MemoryScope.Begin("cost");
        using var budget = Budget.Begin(new ResourceLimits { Bytes = long.MaxValue, Work = long.MaxValue });
        using var meter = CostMeter.Begin();
        pass();
        return new(rows, meter.Total, meter.Applied, budget.PeakBytes)
        {
            ByOp = [.. meter.Entries.Select(e => e with { Seconds = 0 })],
        };
    }

    private static Batch First(Batch batch, int rows)
        => new([.. batch.Inputs.Select(t => t.Narrow(0, 0, rows))], batch.Targets.Narrow(0, 0, rows), batch.Indices[..rows]);
}
