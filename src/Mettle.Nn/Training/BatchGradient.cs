namespace Mettle.Nn;

/// <summary>Loss and gradients of one batch, added to what the parameters' gradients hold already.</summary>
internal sealed class BatchGradient(TrainingPlan plan)
{
    private readonly Parameter[] parameters = [.. plan.Model.Parameters];
    private readonly int fewestRows = plan.FewestRows;

    /// <summary>Loss of the batch and, where outputs have right and wrong, right samples. No gradients where the loss is not finite.</summary>
    public (double Loss, double? Correct) Run(Mixup mixed, Pass pass)
    {
        if (plan.Accumulate > 1)
        {
            return MicroBatches.Run(plan, mixed, pass, parameters, fewestRows);
        }

        var output = plan.Model.Forward(mixed.Inputs, pass);
        double? correct = Accuracy.Correct(output, mixed);
        var loss = mixed.Loss(plan.Loss, output);
        double value = loss.Item();
        if (double.IsFinite(value))
        {
            loss.Backward();
        }

        return (value, correct);
    }
}
