namespace Mettle.Data;

/// <summary>
/// Functions whose results are the same bits on every machine: they use only IEEE 754 basic operations and square root.
/// The runtime's Math.Log is the C library's, whose last bit differs between processors.
/// </summary>
internal static class PortableMath
{
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;

    // P. J. Acklam's rational approximations of the inverse normal distribution function (2003): centre and tails.
    private static readonly double[] CentreNumerator =
        [-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00];

    private static readonly double[] CentreDenominator =
        [-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01, 1.0];

    private static readonly double[] TailNumerator =
        [-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00];

    private static readonly double[] TailDenominator =
        [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1.0];

    /// <summary>Natural logarithm of a positive, normal number; relative error below 1e-15.</summary>
    public static double Log(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double mantissa = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }
        // log m = 2 artanh s with s = (m - 1) / (m + 1), |s| < 0.172: eleven terms reach the last bit.
        double s = (mantissa - 1) / (mantissa + 1);
        double square = s * s;
        double series = 0;
        for (int k = 21; k >= 3; k -= 2)
            series = (series + 1.0 / k) * square;
        return exponent * Ln2High + (2 * s + (2 * s * series + exponent * Ln2Low));
    }

    /// <summary>The x below which a standard normal variable falls with probability <paramref name="p"/>; relative error 1.2e-9.</summary>
    public static double NormalQuantile(double p)
    {
        const double tail = 0.02425;
        if (p < tail)
            return Tail(p);
        if (p > 1 - tail)
            return -Tail(1 - p);
        double q = p - 0.5;
        return q * Polynomial(CentreNumerator, q * q) / Polynomial(CentreDenominator, q * q);
    }

    private static double Tail(double p)
    {
        double q = Math.Sqrt(-2 * Log(p));
        return Polynomial(TailNumerator, q) / Polynomial(TailDenominator, q);
    }

    private static double Polynomial(double[] coefficients, double x)
    {
        double value = 0;
        foreach (double coefficient in coefficients)
            value = value * x + coefficient;
        return value;
    }
}
