namespace Mettle.Nn;

/// <summary>Squared error over 2 beta up to <paramref name="beta"/>, absolute error less beta / 2 beyond. Girshick, "Fast R-CNN" (2015), equation 3.</summary>
public sealed class SmoothL1Loss(double beta = 1) : Loss
{
    private readonly HuberLoss huber = new(beta);

    /// <inheritdoc/>
    public override Tensor PerSample(Tensor output, Tensor target) => huber.PerSample(output, target) / beta;
}
