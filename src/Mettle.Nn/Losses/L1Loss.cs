namespace Mettle.Nn;

/// <summary>Absolute error.</summary>
public sealed class L1Loss : Loss
{
    /// <inheritdoc/>
    public override Tensor PerSample(Tensor output, Tensor target)
    {
        ExpectSameShape(output, target, "absolute error");
        return RowMean((output - target).Abs());
    }
}
