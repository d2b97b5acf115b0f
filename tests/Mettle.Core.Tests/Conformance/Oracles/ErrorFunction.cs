namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>
/// Gauss error function to about 1e-15: Maclaurin series (DLMF 7.6.1) near 0, and the continued fraction of erfc
/// (DLMF 7.9.3), evaluated from its tail, beyond 2.
/// </summary>
internal static class ErrorFunction
{
    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (double.IsNaN(x) || a >= 6)
        {
            return double.IsNaN(x) ? x : Math.CopySign(1, x);
        }

        return a < 2 ? Series(x) : Math.CopySign(1 - Complement(a), x);
    }

    private static double Series(double x)
    {
        // The terms alternate and reach about 3 at |x| = 2: three digits of decimal's 28 are lost at worst.
        decimal z = (decimal)(x * x), power = 1, sum = 1;
        for (int n = 1; n < 80; n++)
        {
            power *= -z / n;
            sum += power / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * x * (double)sum;
    }

    private static double Complement(double a)
    {
        double tail = a;
        for (int n = 120; n >= 1; n--)
        {
            tail = a + (n / 2.0 / tail);
        }

        return Math.Exp(-a * a) / Math.Sqrt(Math.PI) / tail;
    }
}
