namespace Mettle.Nn;

/// <summary>
/// Exponential moving average of the weights after each step: average = decay * average + (1 - decay) * weights (Polyak and
/// Juditsky 1992 in the form of Tarvainen and Valpola, NeurIPS 2017). Early on the decay is at most (1 + n) / (10 + n), so
/// that the first weights do not weigh for long.
/// </summary>
public sealed class ExponentialAveraging : Averaging
{
    private readonly double decay;

    /// <summary>Averages <paramref name="model"/> with <paramref name="decay"/> in [0, 1).</summary>
    public ExponentialAveraging(Module model, double decay = 0.999)
        : base(model)
    {
        this.decay = decay is >= 0 and < 1 ? decay : throw new ArgumentOutOfRangeException(nameof(decay), decay, "decay must be in [0, 1).");
    }

    /// <inheritdoc/>
    public override void OnStep() => Include(1 - Math.Min(decay, (1.0 + Updates) / (10.0 + Updates)));
}
