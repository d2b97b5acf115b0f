namespace Mettle.Nn;

/// <summary>
/// Drops whole rows of a residual branch with probability <paramref name="rate"/> while training and divides the rest by
/// 1 - rate. Huang et al., "Deep networks with stochastic depth" (2016), with the scaling of inverted dropout.
/// </summary>
public sealed class StochasticDepth(double rate) : Module
{
    /// <summary>Probability of dropping a row, in [0, 1).</summary>
    public double Rate { get; } = rate is >= 0 and < 1 ? rate : throw new ArgumentOutOfRangeException(nameof(rate), rate, "A rate of stochastic depth is in [0, 1).");

    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        if (!pass.Training || Rate == 0)
        {
            return Watch(x);
        }

        var rows = new int[x.Rank];
        Array.Fill(rows, 1);
        rows[0] = x.Shape[0];
        return Watch(x * Dropout.Mask(new Shape(rows), x.DType, Rate, pass.Key.For(Path)));
    }
}
