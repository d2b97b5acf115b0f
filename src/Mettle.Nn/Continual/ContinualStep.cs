namespace Mettle.Nn;

/// <summary>
/// One step of a method: loss, backward, the method's say on the gradients, clip, update; or, if a number is not finite, the
/// search for where it was born.
/// </summary>
internal sealed class ContinualStep
{
    private readonly TrainingPlan plan;
    private readonly ContinualMethod method;
    private readonly Parameter[] parameters;
    private readonly Buffer[] buffers;
    private readonly Tensor[] before;
    private readonly IGradientObserver[] gradientObservers;
    private readonly RandomKey dropout;

    public ContinualStep(TrainingPlan plan, ContinualMethod method)
    {
        this.plan = plan;
        this.method = method;
        parameters = [.. plan.Model.Parameters];
        buffers = [.. plan.Model.NamedBuffers().Select(b => b.Buffer)];
        before = new Tensor[buffers.Length];
        gradientObservers = [.. plan.Observers.OfType<IGradientObserver>()];
        dropout = plan.Key.For("dropout");
    }

    public StepOutcome Run(TaskBatch batch, double rate, TrainingState at)
    {
        using var scope = MemoryScope.Begin("step");
        for (int i = 0; i < buffers.Length; i++)
        {
            before[i] = buffers[i].Value;
        }

        plan.Optimizer.Rate = rate;
        plan.Optimizer.ZeroGrad();
        var pass = Pass.Train(dropout.At(batch.Step));
        var loss = method.Loss(batch, pass);
        double value = loss.Item();
        double? own = method.OwnLoss;
        if (!double.IsFinite(value))
        {
            return new StepOutcome(value, double.NaN, null, Undo("loss", batch, pass, at));
        }

        loss.Backward();
        foreach (var observer in gradientObservers)
        {
            observer.OnGradients(new TrainingContext(at.Epoch, at.Step, batch.Step, plan.Model, parameters, batch.Batch, value));
        }

        method.OnGradients(batch);
        double norm = at.Recovery.Limit(plan.Clipping).Apply(parameters);
        if (!double.IsFinite(norm))
        {
            return new StepOutcome(value, norm, null, Undo("gradient", batch, pass, at));
        }

        plan.Optimizer.Step();
        plan.Optimizer.ZeroGrad();
        method.OnUpdated(batch);
        return new StepOutcome(value, norm, null, null) { OwnLoss = own };
    }

    // The weights have not been updated yet; running statistics have.
    private Divergence Undo(string quantity, TaskBatch batch, Pass pass, TrainingState at)
    {
        var divergence = FailedStep.Explain(plan, quantity, at, () => BadRows.In(batch.Batch with { Indices = batch.Rows }, plan), () => method.Loss(batch, pass));
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i].Value = before[i];
        }

        string advice = divergence.Rows.Count > 0 ? "" : ": lower the learning rate or, where the method has one, its strength";
        return divergence with { Cause = $"{divergence.Cause} In task {batch.Task + 1}, learned by '{method.Name}'{advice}." };
    }
}
