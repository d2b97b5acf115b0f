using System.Globalization;

namespace Mettle.Challenges.Computation;

/// <summary>Amounts as a reader wants them: three digits and a unit.</summary>
public static class Amount
{
    private static readonly string[] Prefixes = ["", "k", "M", "G", "T", "P", "E"];

    /// <summary>Floating-point operations, e.g. "12.3 GFLOP".</summary>
    public static string Flops(double flops) => Scaled(flops, 1000, "FLOP");

    /// <summary>Bytes by powers of 1024, e.g. "1.21 MiB".</summary>
    public static string Bytes(double bytes) => bytes < 1024 ? $"{bytes.ToString("0", CultureInfo.InvariantCulture)} B" : Scaled(bytes, 1024, "iB");

    /// <summary>A time, e.g. "3.4 ms", "12 s", "2 h 5 min".</summary>
    public static string Time(double seconds) => seconds switch
    {
        < 1e-3 => $"{Digits(1e6 * seconds)} µs",
        < 1 => $"{Digits(1e3 * seconds)} ms",
        < 120 => $"{Digits(seconds)} s",
        < 7200 => $"{Digits(seconds / 60)} min",
        _ => $"{Digits(seconds / 3600)} h",
    };

    private static string Scaled(double value, double step, string unit)
    {
        int i = 0;
        for (; value >= step && i < Prefixes.Length - 1; i++)
        {
            value /= step;
        }

        return $"{(i == 0 ? value.ToString("0", CultureInfo.InvariantCulture) : Digits(value))} {Prefixes[i]}{unit}";
    }

    private static string Digits(double value)
        => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
