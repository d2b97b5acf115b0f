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

        double norm = Clipping(at).Apply(parameters);
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

    private GradientClipping Clipping(TrainingState at)
        => at.Recovery.ClipNorm is > 0 and var most && !(plan.Clipping.Norm > 0 && plan.Clipping.Norm <= most) ? plan.Clipping with { Norm = most } : plan.Clipping;

    // The weights have not been updated yet; running statistics have.
    private Divergence Undo(string quantity, Batch batch, Mixup mixed, Pass pass, TrainingState at)
    {
        var divergence = Explain(quantity, batch, mixed, pass, at);
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i].Value = before[i];
        }

        return divergence;
    }

    private Divergence Explain(string quantity, Batch batch, Mixup mixed, Pass pass, TrainingState at)
    {
        Divergence Because(string cause, NanBirth? birth = null) => new(at.Epoch, at.Step, quantity, cause, birth);

        string? parameter = quantity == "gradient"
            ? Array.FindLast(parameters, p => p.Grad is { IsReleased: false } g && !BadRows.IsFinite(g))?.Name
            : null;
        plan.Optimizer.ZeroGrad();
        if (Array.Find(parameters, p => !BadRows.IsFinite(p.Value)) is { } bad)
        {
            return Because($"Parameter '{bad.Name}' holds a NaN or infinity after the step before: the learning rate is too high.") with { Layer = bad.Name };
        }

        if (BadRows.In(batch, plan) is { Length: > 0 } rows)
        {
            string names = string.Join(", ", rows.Take(5).Select(plan.RowName)) + (rows.Length > 5 ? $" and {rows.Length - 5} more" : "");
            return Because($"{char.ToUpperInvariant(names[0])}{names[1..]} of the training data {(rows.Length == 1 ? "holds" : "hold")} a NaN, an infinity or a value too large to compute with: clean the data or impute it.") with { Rows = rows };
        }

        string? layer = null;
        var birth = NanWatch.Find(() =>
        {
            var again = mixed.Loss(plan.Loss, plan.Model.Forward(mixed.Inputs, pass));
            if (double.IsFinite(again.Item()))
            {
                again.Backward();
            }
        });
        plan.Optimizer.ZeroGrad();
        using (var quiet = Autograd.NoGrad())
        using (ActivationWatch.Install((path, y) => layer ??= BadRows.IsFinite(y) ? null : path))
        {
            plan.Model.Forward(mixed.Inputs, pass);
        }

        layer ??= parameter;
        string where = layer is null ? "" : $" It showed first in '{layer}'.";
        return (birth is null
            ? Because($"Replaying the step did not show the op.{where}")
            : Because($"The first one came out of {birth.Op} on {birth.Inputs} ({birth.Place}).{where}", birth)) with
        { Layer = layer };
    }
}
