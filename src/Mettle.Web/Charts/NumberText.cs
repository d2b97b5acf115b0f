using System.Globalization;
using Mettle.Challenges;

namespace Mettle.Web.Charts;

/// <summary>Numbers as a reader wants them: as many digits as their uncertainty allows, with unit, culture-invariant.</summary>
public static class NumberText
{
    private const int MaxDecimals = 6;

    /// <summary>Four significant digits: "0.9833", "12,346", "1.2e-7".</summary>
    public static string Plain(double value) => Significant(value, 4);

    /// <summary>Three significant digits, for labels within a drawing.</summary>
    public static string Short(double value) => Significant(value, 3);

    /// <summary>The estimate with its unit: "98.3 %", "12.4 s", "3.1 MB".</summary>
    public static string Value(Measurement measurement) =>
        WithUnit(Digits(measurement.Value, measurement), measurement.Unit);

    /// <summary>Another value, e.g. a threshold, in the digits and unit of <paramref name="like"/>.</summary>
    public static string ValueLike(double value, Measurement like)
    {
        if (like.Unit != "%")
            return WithUnit(like.Unit == "bytes" ? Bytes(value) : Plain(value), like.Unit);
        return WithUnit(Plain(Math.Round(value * 100, 10)), like.Unit);
    }

    /// <summary>"97.6 to 99.0 %", or an empty string where there is no interval.</summary>
    public static string Range(Measurement measurement) => measurement.Interval is { } interval
        ? WithUnit(Digits(interval.Low, measurement) + " to " + Digits(interval.High, measurement), measurement.Unit)
        : "";

    /// <summary>"95 % interval 97.6 to 99.0 %", or an empty string.</summary>
    public static string Interval(Measurement measurement) => measurement.Interval is { } interval
        ? string.Create(CultureInfo.InvariantCulture, $"{interval.Confidence * 100:0.##} % interval {Range(measurement)}")
        : "";

    /// <summary>A difference with its sign; shares as percentage points: "+1.2 points".</summary>
    public static string Difference(Measurement measurement)
    {
        string digits = Digits(measurement.Value, measurement);
        string sign = measurement.Value > 0 && digits.AsSpan().ContainsAnyInRange('1', '9') ? "+" : "";
        return sign + WithUnit(digits, PointUnit(measurement.Unit));
    }

    /// <summary>The interval of a difference: "0.4 to 2.0 points", or an empty string.</summary>
    public static string DifferenceRange(Measurement measurement) => measurement.Interval is { } interval
        ? WithUnit(Digits(interval.Low, measurement) + " to " + Digits(interval.High, measurement), PointUnit(measurement.Unit))
        : "";

    /// <summary>"below 0.001", "0.013", or "none" where no test applies.</summary>
    public static string PValue(double? p) => p switch
    {
        null => "none",
        < 0.001 => "below 0.001",
        { } value when double.IsFinite(value) => value.ToString("0.###", CultureInfo.InvariantCulture),
        { } value => NotFinite(value),
    };

    /// <summary>"0.8 s", "1 min 20 s", "2 h 5 min".</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds) || seconds >= 1e9)
            return Plain(seconds) + " s";
        long whole = (long)Math.Round(seconds);
        return whole switch
        {
            < 60 => (seconds < 10 ? seconds.ToString("0.0", CultureInfo.InvariantCulture) : whole.ToString(CultureInfo.InvariantCulture)) + " s",
            < 3600 => string.Create(CultureInfo.InvariantCulture, $"{whole / 60} min {whole % 60} s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{whole / 3600} h {whole % 3600 / 60} min"),
        };
    }

    internal static string Tick(double value, double step, double largest)
    {
        if (Math.Abs(value) < step * 1e-6)
            return "0";
        if (largest >= 1e12 || step < 1e-5)
            return Minus(value.ToString("0.##e0", CultureInfo.InvariantCulture));
        (double scale, string suffix) = largest switch
        {
            >= 1e9 => (1e9, "G"),
            >= 1e6 => (1e6, "M"),
            >= 1e5 => (1e3, "k"),
            _ => (1.0, ""),
        };
        int decimals = Math.Clamp(-(int)Math.Floor(Math.Log10(step / scale) + 1e-9), 0, 15);
        return Minus((value / scale).ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)) + suffix;
    }

    internal static string LogTick(int lead, int exponent) => exponent is >= -3 and <= 4
        ? (lead * Math.Pow(10, exponent)).ToString(exponent < 0 ? "0.###" : "#,0", CultureInfo.InvariantCulture)
        : Minus(string.Create(CultureInfo.InvariantCulture, $"{lead}e{exponent}"));

    private static string Significant(double value, int digits)
    {
        if (!double.IsFinite(value))
            return NotFinite(value);
        double size = Math.Abs(value);
        if (size == 0)
            return "0";
        if (size is < 1e-4 or >= 1e9)
            return Minus(value.ToString("0." + new string('#', digits - 1) + "e0", CultureInfo.InvariantCulture));
        int decimals = Math.Max(0, digits - 1 - (int)Math.Floor(Math.Log10(size)));
        return Minus(value.ToString("#,0." + new string('#', decimals), CultureInfo.InvariantCulture));
    }

    private static string PointUnit(string unit) => unit == "%" ? "points" : unit;

    private static string WithUnit(string digits, string unit) => unit is "" or "bytes" ? digits : $"{digits}\u00a0{unit}";

    private static string Digits(double value, Measurement like)
    {
        if (!double.IsFinite(value))
            return NotFinite(value);
        if (like.Unit == "bytes")
            return Bytes(value);
        double scale = like.Unit == "%" ? 100 : 1;
        double halfWidth = like.Interval is { } interval ? Math.Abs(interval.High - interval.Low) / 2 * scale : 0;
        if (!(halfWidth > 0) || !double.IsFinite(halfWidth))
        {
            return scale == 1
                ? Plain(value)
                : Minus((value * scale).ToString("0.0#", CultureInfo.InvariantCulture));
        }

        // Two digits of an uncertainty that begins with 1 or 2, else one.
        int decimals = 1 - (int)Math.Floor(Math.Log10(halfWidth / 3 * 10));
        if (decimals > MaxDecimals || Math.Abs(value) >= 1e9)
            return Plain(value * scale);
        string format = "N" + Math.Max(0, decimals).ToString(CultureInfo.InvariantCulture);
        return Minus((value * scale).ToString(format, CultureInfo.InvariantCulture));
    }

    private static string Bytes(double value)
    {
        string[] units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
        int k = 0;
        while (Math.Abs(value) >= 1000 && k < units.Length - 1)
        {
            value /= 1000;
            k++;
        }

        return Minus(value.ToString(k == 0 ? "0.#" : "0.0", CultureInfo.InvariantCulture)) + "\u00a0" + units[k];
    }

    private static string NotFinite(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";

    // What rounds to 0 has no sign.
    private static string Minus(string digits) => digits.AsSpan().ContainsAnyInRange('1', '9') ? digits.Replace('-', '−') : digits.TrimStart('-');
}
