namespace Mettle.Nn;

/// <summary>One step: forward, backward, clip, update; or, if a number is not finite, the search for where it was born.</summary>
internal sealed class TrainingStep
{
    private readonly TrainingPlan plan;
    private readonly BatchGradient gradient;
    private readonly SharpnessAwareGradient? sharpness;
    private readonly Parameter[] parameters;
    private readonly Buffer[] buffers;
    private readonly Tensor[] before;
    private readonly IGradientObserver[] gradientObservers;
    private readonly RandomKey dropout, mixup, escape, selection;

    public TrainingStep(TrainingPlan plan)
    {
        this.plan = plan;
        gradient = new BatchGradient(plan);
        sharpness = plan.Sharpness is { } s ? new SharpnessAwareGradient(plan, s, gradient) : null;
        parameters = [.. plan.Model.Parameters];
        buffers = [.. plan.Model.NamedBuffers().Select(b => b.Buffer)];
        before = new Tensor[buffers.Length];
        gradientObservers = [.. plan.Observers.OfType<IGradientObserver>()];
        dropout = plan.Key.For("dropout");
        mixup = plan.Key.For("mixup");
        escape = plan.Key.For("escape");
        selection = plan.Key.For("selection");
    }

    public StepOutcome Run(Batch batch, TrainingState at)
    {
        using var scope = MemoryScope.Begin("step");
        for (int i = 0; i < buffers.Length; i++)
        {
            before[i] = buffers[i].Value;
        }

        double? scored = null, right = null;
        if (plan.Selection is { } selective && at.Epoch >= selective.Warmup)
        {
            (batch, scored, right) = selective.Choose(plan, batch, selection.At(at.Epoch).At(at.Step));
        }

        var mixed = Mixup.Of(batch, plan, mixup.At(at.Epoch).At(at.Step));
        var pass = Pass.Train(dropout.At(at.Epoch).At(at.Step));
        plan.Optimizer.Rate = at.Recovery.RateScale * plan.Schedule.Rate(plan.Optimizer.BaseRate, new SchedulePoint(at.GlobalStep, at.WatchedLosses));
        plan.Optimizer.ZeroGrad();
        var (value, correct) = sharpness?.Run(mixed, pass) ?? gradient.Run(mixed, pass);
        if (!double.IsFinite(value))
        {
            return new StepOutcome(value, double.NaN, correct, Undo("loss", batch, mixed, pass, at));
        }

        foreach (var observer in gradientObservers)
        {
            observer.OnGradients(new TrainingContext(at.Epoch, at.Step, at.GlobalStep, plan.Model, parameters, batch, value));
        }

        double norm = at.Recovery.Limit(plan.Clipping).Apply(parameters);
        if (!double.IsFinite(norm))
        {
            return new StepOutcome(value, norm, correct, Undo("gradient", batch, mixed, pass, at));
        }

        plan.Optimizer.Step();
        plan.Optimizer.ZeroGrad();
        plan.Escape?.Apply(parameters, norm, at.GlobalStep, escape);
        plan.Averaging?.OnStep();
        return new StepOutcome(scored ?? value, norm, scored is null ? correct : right, null);
    }

    // The weights have not been updated yet; running statistics have.
    private Divergence Undo(string quantity, Batch batch, Mixup mixed, Pass pass, TrainingState at)
    {
        var divergence = FailedStep.Explain(plan, quantity, at, () => BadRows.In(batch, plan), () => mixed.Loss(plan.Loss, plan.Model.Forward(mixed.Inputs, pass)));
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i].Value = before[i];
        }

        return divergence;
    }
}
