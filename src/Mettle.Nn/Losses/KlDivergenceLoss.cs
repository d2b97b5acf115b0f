namespace Mettle.Nn;

/// <summary>
/// KL(target ‖ softmax(output)) of logits [N, C] and target distributions [N, C]: cross-entropy less the target's entropy.
/// The mean over rows is PyTorch's "batchmean". Zero target probabilities contribute 0.
/// </summary>
public sealed class KlDivergenceLoss : Loss
{
    /// <inheritdoc/>
    public override Tensor PerSample(Tensor output, Tensor target)
    {
        ExpectSameShape(output, target, "KL divergence");
        var safe = Tensor.Where(target > 0, target, 1);
        return (target * (safe.Log() - output.LogSoftmax(-1))).Sum(-1);
    }
}
