using System.Globalization;

namespace Mettle.Bench;

/// <summary>Times as a reader wants them.</summary>
internal static class Units
{
    public static string Time(double seconds) => seconds switch
    {
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s"),
        >= 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0.00} ms"),
        >= 1e-6 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:0.0} us"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e9:0} ns"),
    };

    public static string Mebibytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 20):0} MiB");

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
