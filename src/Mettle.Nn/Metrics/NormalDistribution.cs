namespace Mettle.Nn;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>
    /// Inverse of the distribution function by Newton's iteration on it, absolute error below 1e-9 for p up to 1 - 1e-6. Throws
    /// <see cref="ArgumentOutOfRangeException"/> outside (0, 1).
    /// </summary>
    public static double Quantile(double p)
    {
        if (!(p is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(p), p, "A probability strictly between 0 and 1 is needed.");
        }

        if (p < 0.5)
        {
            return -Quantile(1 - p);
        }

        double x = 0;
        for (int i = 0; i < 100; i++)
        {
            // The function is concave here: its tangent reaches p too early, so the steps come from below and never pass the root.
            double step = (p - Below(x)) / (Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
            x += step;
            if (Math.Abs(step) < 1e-14)
            {
                break;
            }
        }

        return x;
    }

    /// <summary>Probability below x, for x from 0 to about 8: 1/2 + density * (x + x^3/3 + x^5/15 + ...) (Abramowitz and Stegun 26.2.11).</summary>
    private static double Below(double x)
    {
        double term = x, sum = x;
        for (int n = 1; term > sum * 1e-17; n++)
        {
            term *= x * x / ((2 * n) + 1);
            sum += term;
        }

        return 0.5 + (sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
    }
}
