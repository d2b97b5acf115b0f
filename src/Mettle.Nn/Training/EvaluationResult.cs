namespace Mettle.Nn;

/// <summary>A model's outputs on a dataset, in the dataset's order.</summary>
/// <param name="Outputs">Outputs [samples, ...], row-major, as f32.</param>
/// <param name="OutputShape">Shape of one sample's output.</param>
/// <param name="Loss">Mean loss over the samples; NaN if no loss was asked for.</param>
/// <param name="Labels">Class of each sample, where targets are integers with one per sample; else empty.</param>
/// <param name="Targets">Values [samples, ...], where targets are floating-point; else empty.</param>
public sealed record EvaluationResult(float[] Outputs, Shape OutputShape, double Loss, int[] Labels, float[] Targets)
{
    /// <summary>For metrics; null where outputs are neither one row of classes nor values like the targets.</summary>
    public Predictions? ToPredictions()
    {
        int width = (int)OutputShape.Count;
        if (Labels.Length > 0)
        {
            return OutputShape.Rank <= 1 && width * (long)Labels.Length == Outputs.Length ? Predictions.OfClasses(Outputs, width, Labels) : null;
        }

        return Targets.Length == Outputs.Length && Outputs.Length > 0 ? Predictions.OfValues(Outputs, width, Targets) : null;
    }
}
