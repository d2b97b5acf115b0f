namespace Mettle.Nn;

/// <summary>
/// The gradient at the point nearby where the loss is highest: two passes over one batch, the second of which leaves running
/// statistics as the first made them (those of the weights that are kept). Dropout and mixup are the same in both.
/// </summary>
internal sealed class SharpnessAwareGradient
{
    private readonly TrainingPlan plan;
    private readonly BatchGradient gradient;
    private readonly SharpnessAscent ascent;
    private readonly Buffer[] buffers;
    private readonly Tensor[] after;

    public SharpnessAwareGradient(TrainingPlan plan, SharpnessAware settings, BatchGradient gradient)
    {
        this.plan = plan;
        this.gradient = gradient;
        ascent = new SharpnessAscent(plan.Model.Parameters, settings);
        buffers = [.. plan.Model.NamedBuffers().Select(b => b.Buffer)];
        after = new Tensor[buffers.Length];
    }

    /// <summary>Loss and right samples of the first pass, gradients of the second; the second's loss where it is not finite.</summary>
    public (double Loss, double? Correct) Run(Mixup mixed, Pass pass)
    {
        var first = gradient.Run(mixed, pass);
        if (!double.IsFinite(first.Loss) || !ascent.Climb())
        {
            return first;
        }

        for (int i = 0; i < buffers.Length; i++)
        {
            after[i] = buffers[i].Value;
        }

        try
        {
            plan.Optimizer.ZeroGrad();
            double above = gradient.Run(mixed, pass).Loss;
            return double.IsFinite(above) ? first : (above, first.Correct);
        }
        finally
        {
            ascent.Return();
            for (int i = 0; i < buffers.Length; i++)
            {
                buffers[i].Value = after[i];
            }
        }
    }
}
