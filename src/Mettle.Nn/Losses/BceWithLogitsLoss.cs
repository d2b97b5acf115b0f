namespace Mettle.Nn;

/// <summary>
/// Binary cross-entropy of logits with targets in [0, 1] of the same shape, without overflow:
/// (1 - y) x + w (log(1 + exp(-|x|)) + max(-x, 0)) with w = 1 + (positive weight - 1) y.
/// </summary>
/// <param name="positiveWeight">Weight of the positive targets' share; above 1 raises recall.</param>
public sealed class BceWithLogitsLoss(double positiveWeight = 1) : Loss
{
    private readonly double positiveWeight = positiveWeight > 0 ? positiveWeight : throw new ArgumentOutOfRangeException(nameof(positiveWeight), positiveWeight, "A weight is above 0.");

    /// <inheritdoc/>
    public override Tensor PerSample(Tensor output, Tensor target)
    {
        ExpectSameShape(output, target, "binary cross-entropy");
        var weight = 1 + (target * (positiveWeight - 1));
        return RowMean(((1 - target) * output) + (weight * Activations.Softplus(-output)));
    }
}
