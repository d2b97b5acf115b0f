namespace Mettle.Nn;

/// <summary>
/// Cross-entropy of logits [N, C] with target distributions [N, C] (mixed labels, a teacher's probabilities):
/// -Σ target · log softmax(output).
/// </summary>
public sealed class SoftCrossEntropyLoss : Loss
{
    /// <inheritdoc/>
    public override Tensor PerSample(Tensor output, Tensor target)
    {
        ExpectSameShape(output, target, "soft cross-entropy");
        return -(target * output.LogSoftmax(-1)).Sum(-1);
    }
}
