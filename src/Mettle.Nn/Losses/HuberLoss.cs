namespace Mettle.Nn;

/// <summary>
/// Half the squared error up to <paramref name="delta"/>, linear beyond. Huber, "Robust estimation of a location parameter"
/// (1964). PyTorch's smooth L1 with beta is this divided by beta.
/// </summary>
public sealed class HuberLoss(double delta = 1) : Loss
{
    private readonly double delta = delta > 0 ? delta : throw new ArgumentOutOfRangeException(nameof(delta), delta, "Delta is above 0.");

    /// <inheritdoc/>
    public override Tensor PerSample(Tensor output, Tensor target)
    {
        ExpectSameShape(output, target, "Huber loss");
        var distance = (output - target).Abs();
        var near = distance.Clamp(0, delta);
        return RowMean(near * (distance - (near * 0.5)));
    }
}
