namespace Mettle.Nn;

/// <summary>
/// Binary cross-entropy of logits with targets in [0, 1] of the same shape, exact on both tails:
/// w y log(1 + exp(-x)) + (1 - y) log(1 + exp(x)).
/// </summary>
/// <param name="positiveWeight">w, the weight of positives; above 1 raises recall.</param>
public sealed class BceWithLogitsLoss(double positiveWeight = 1) : Loss
{
    private readonly double positiveWeight = positiveWeight > 0
        ? positiveWeight
        : throw new ArgumentOutOfRangeException(nameof(positiveWeight), positiveWeight, "A weight is above 0.");

    /// <inheritdoc/>
    public override Tensor PerSample(Tensor output, Tensor target)
    {
        ExpectSameShape(output, target, "binary cross-entropy");
        return RowMean(output.BceWithLogitsEach(target, positiveWeight == 1 ? null : Tensor.Scalar(positiveWeight, output.DType)));
    }
}
