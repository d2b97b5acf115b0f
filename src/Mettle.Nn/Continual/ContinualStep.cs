namespace Mettle.Nn;

/// <summary>One step of a method: loss, backward, the method's say on the gradients, clip, update.</summary>
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

    public StepOutcome Run(TaskBatch batch, double rate, int epoch, int place)
    {
        using var scope = MemoryScope.Begin("step");
        for (int i = 0; i < buffers.Length; i++)
        {
            before[i] = buffers[i].Value;
        }

        plan.Optimizer.Rate = rate;
        plan.Optimizer.ZeroGrad();
        var loss = method.Loss(batch, Pass.Train(dropout.At(batch.Step)));
        double value = loss.Item();
        if (!double.IsFinite(value))
        {
            return new StepOutcome(value, double.NaN, null, Undo("loss", batch, epoch, place));
        }

        loss.Backward();
        foreach (var observer in gradientObservers)
        {
            observer.OnGradients(new TrainingContext(epoch, place, batch.Step, plan.Model, parameters, batch.Batch, value));
        }

        method.OnGradients(batch);
        double norm = plan.Clipping.Apply(parameters);
        if (!double.IsFinite(norm))
        {
            plan.Optimizer.ZeroGrad();
            return new StepOutcome(value, norm, null, Undo("gradient", batch, epoch, place));
        }

        plan.Optimizer.Step();
        plan.Optimizer.ZeroGrad();
        method.OnUpdated(batch);
        return new StepOutcome(value, norm, null, null);
    }

    // The weights have not been updated yet; running statistics have.
    private Divergence Undo(string quantity, TaskBatch batch, int epoch, int place)
    {
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i].Value = before[i];
        }

        string cause = $"In task {batch.Task + 1}, learned by '{method.Name}': lower the learning rate or, where the method has one, its strength.";
        return new Divergence(epoch, place, quantity, cause, null);
    }
}
