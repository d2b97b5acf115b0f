namespace Mettle.Nn;

/// <summary>
/// The plain mean of the weights at the ends of the epochs from one on (SWA: Izmailov et al., UAI 2018, algorithm 1). Running
/// statistics of normalisations are averaged the same way.
/// </summary>
public sealed class StochasticWeightAveraging : Averaging
{
    private readonly int from;

    /// <summary>Averages <paramref name="model"/> from the end of epoch <paramref name="from"/> (counted from 0) on.</summary>
    public StochasticWeightAveraging(Module model, int from)
        : base(model)
    {
        this.from = from >= 0 ? from : throw new ArgumentOutOfRangeException(nameof(from), from, "The first epoch must be at least 0.");
    }

    /// <inheritdoc/>
    public override void OnEpoch(int epoch)
    {
        if (epoch >= from)
        {
            Include(1.0 / (Updates + 1));
        }
    }
}
