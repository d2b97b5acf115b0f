namespace Mettle.Nn;

/// <summary>Squared error.</summary>
public sealed class MseLoss : Loss
{
    /// <inheritdoc/>
    public override Tensor PerSample(Tensor output, Tensor target)
    {
        ExpectSameShape(output, target, "squared error");
        return RowMean((output - target).Square());
    }
}
