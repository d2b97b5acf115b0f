namespace Mettle.Nn;

/// <summary>
/// Batch renormalisation of [N, C, ...]: batch norm corrected towards the running statistics, y = (x - m) / s · r + d with
/// r = s / s' and d = (m - m') / s' for batch's m, s and running m', s', both held to a range and taken as constants by the
/// gradient. Within that range it is the function of evaluation, whatever the batch; so small batches do no harm. Ioffe, "Batch
/// renormalization" (2017), algorithm 1. Keys as batch norm's.
/// </summary>
/// <remarks>
/// r and d begin at 1 and 0 (batch norm) and their ranges widen with the batches seen: the paper's course (5,000 batches of
/// batch norm, r up to 3 at 40,000, d up to 5 at 25,000) in a tenth of its steps. Running variances, not deviations, are
/// averaged, so that state dicts mean what batch norm's mean. The first 1 / momentum batches are averaged evenly: with so small a
/// momentum the mean 0 and variance 1 they begin with would otherwise be felt for hundreds of batches.
/// </remarks>
public sealed class BatchRenorm : BatchNormLayer
{
    private const double MostScale = 3, MostShift = 5;
    private const int Plain = 500, FullScale = 4000, FullShift = 2500;

    /// <summary>A layer for inputs [N, features, ...].</summary>
    public BatchRenorm(int features, double epsilon = 1e-5, double momentum = 0.01, bool affine = true)
        : base(features, epsilon, momentum, affine)
    {
    }

    /// <inheritdoc/>
    public override double Beginning => Momentum > 0 && BatchesTracked > 0 ? 0 : 1;

    private protected override string Takes => "[N, C, ...]";

    /// <summary>The largest r and the largest |d| after that many batches.</summary>
    public static (double Scale, double Shift) Limits(long batches)
    {
        double Share(int full) => Math.Clamp((batches - Plain) / (double)(full - Plain), 0, 1);
        return (1 + ((MostScale - 1) * Share(FullScale)), MostShift * Share(FullShift));
    }

    private protected override bool IsRank(int rank) => rank >= 2;

    private protected override Tensor Train(Tensor x, bool rectified, Tensor? shortcut)
    {
        var (scale, shift, batchMean, batchVariance) = Correct(x.Detach());
        var (weight, bias) = (Weight?.Value, Bias?.Value);

        // y · weight + bias with y = normalised · scale + shift is batch norm with another weight and bias.
        var (y, _, _) = weight is null
            ? x.BatchNorm(scale, shift, Epsilon, rectified, shortcut)
            : x.BatchNorm(weight * scale, (weight * shift) + bias!, Epsilon, rectified, shortcut);
        Track(batchMean, batchVariance, x.Count / Features, Momentum > 0 ? Math.Max(Momentum, 1 / (BatchesTracked + 1.0)) : 0);
        return y;
    }

    private (Tensor Scale, Tensor Shift, Tensor Mean, Tensor Variance) Correct(Tensor x)
    {
        using var off = Autograd.NoGrad();
        var (mostScale, mostShift) = Limits(BatchesTracked);
        var (_, mean, variance) = x.BatchNorm(null, null, Epsilon);
        var running = (RunningVariance.Value + Epsilon).Sqrt();
        var scale = ((variance + Epsilon).Sqrt() / running).Clamp(1 / mostScale, mostScale);
        var shift = ((mean - RunningMean.Value) / running).Clamp(-mostShift, mostShift);
        return (scale, shift, mean, variance);
    }
}
