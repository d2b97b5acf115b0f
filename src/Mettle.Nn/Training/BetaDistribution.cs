namespace Mettle.Nn;

/// <summary>
/// Beta-distributed numbers from two gamma-distributed ones by Marsaglia and Tsang's method ("A simple method for generating
/// gamma variables", 2000), in logarithms so that small parameters do not underflow. Logarithms and exponentials are the
/// engine's, whose bits depend on nothing but their argument.
/// </summary>
internal static class BetaDistribution
{
    /// <summary>One number in [0, 1] of Beta(<paramref name="alpha"/>, <paramref name="alpha"/>).</summary>
    public static double Sample(double alpha, RandomKey key)
    {
        double difference = LogGamma(alpha, key.At(1)) - LogGamma(alpha, key.At(0));
        return 1 / (1 + Exp(difference));
    }

    // Logarithm of a gamma number with the given shape.
    private static double LogGamma(double shape, RandomKey key)
    {
        if (shape < 1)
        {
            return LogGamma(shape + 1, key.At(0)) + (Log(Open(key, 0)) / shape);
        }

        double d = shape - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        for (ulong n = 0; ; n++)
        {
            double x = Normal(key.At((long)n).For("normal"));
            double root = 1 + (c * x);
            if (root <= 0)
            {
                continue;
            }

            double logV = 3 * Log(root), v = root * root * root;
            if (Log(Open(key.For("accept"), n)) < (x * x / 2) + d - (d * v) + (d * logV))
            {
                return Log(d) + logV;
            }
        }
    }

    // Marsaglia's polar method: a square root and a logarithm only.
    private static double Normal(RandomKey key)
    {
        for (ulong n = 0; ; n++)
        {
            double a = (2 * key.Uniform(2 * n)) - 1, b = (2 * key.Uniform((2 * n) + 1)) - 1, s = (a * a) + (b * b);
            if (s is > 0 and < 1)
            {
                return a * Math.Sqrt(-2 * Log(s) / s);
            }
        }
    }

    private static double Open(RandomKey key, ulong counter) => 1 - key.Uniform(counter);

    private static double Log(double x) => Tensor.Scalar(x, DType.F64).Log().Item();

    private static double Exp(double x) => Tensor.Scalar(x, DType.F64).Exp().Item();
}
