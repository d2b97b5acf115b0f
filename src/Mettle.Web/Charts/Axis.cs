using System.Globalization;

namespace Mettle.Web.Charts;

/// <summary>Maps values to the fraction 0..1 of a linear or logarithmic axis whose ticks are round numbers.</summary>
public sealed class Axis
{
    // Beyond this a difference of two values overflows to infinity.
    private const double Largest = 1e300;

    // Powers of ten below this lose digits or vanish.
    private const double SmallestExponent = -300;

    private readonly double _low;
    private readonly double _high;

    private Axis(double min, double max, bool log, IReadOnlyList<Tick> ticks)
    {
        (Min, Max, Log, Ticks) = (min, max, log, ticks);
        (_low, _high) = log ? (Math.Log10(min), Math.Log10(max)) : (min, max);
    }

    /// <summary>Value at fraction 0.</summary>
    public double Min { get; }

    /// <summary>Value at fraction 1.</summary>
    public double Max { get; }

    /// <summary>Whether equal distances mean equal ratios. False although asked for where no value is positive.</summary>
    public bool Log { get; }

    /// <summary>Round values within the axis, ascending.</summary>
    public IReadOnlyList<Tick> Ticks { get; }

    /// <summary>An axis that holds all finite <paramref name="values"/>; 0..1 where there are none.</summary>
    /// <param name="values">What will be drawn; NaN and infinities are left out, and so is all that a logarithm cannot show.</param>
    /// <param name="ticks">About how many ticks are wanted.</param>
    /// <param name="log">Ask for a logarithmic axis.</param>
    /// <param name="tight">End at the outermost values instead of at round ones.</param>
    public static Axis Over(IEnumerable<double> values, int ticks, bool log = false, bool tight = false)
    {
        double min = double.PositiveInfinity, max = double.NegativeInfinity, minPositive = double.PositiveInfinity;
        bool whole = true;
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
                continue;
            double v = Math.Clamp(value, -Largest, Largest);
            (min, max) = (Math.Min(min, v), Math.Max(max, v));
            if (v >= double.Epsilon)
                minPositive = Math.Min(minPositive, v);
            whole &= v == Math.Truncate(v);
        }

        if (min > max)
            return Linear(0, 1, ticks, tight: true, whole: false);
        return log && max > 0
            ? Logarithmic(minPositive, max, ticks)
            : Linear(min, max, ticks, tight, whole);
    }

    /// <summary>Where <paramref name="value"/> lies, 0..1 within the axis; NaN for what cannot be shown.</summary>
    public double Fraction(double value)
    {
        if (!double.IsFinite(value) || (Log && value <= 0))
            return double.NaN;
        double within = Math.Clamp(value, Min, Max);
        return ((Log ? Math.Log10(within) : within) - _low) / (_high - _low);
    }

    private static Axis Linear(double min, double max, int count, bool tight, bool whole)
    {
        if (max - min <= 1e-12 * Math.Max(Math.Abs(min), Math.Abs(max)))
        {
            double pad = min == 0 ? 1 : Math.Abs(min) * 0.1;
            (min, max, tight, whole) = (min - pad, max + pad, false, false);
        }

        double step = RoundStep((max - min) / Math.Max(1, count));
        if (whole)
            step = Math.Max(1, step);
        double first = Math.Floor(min / step), last = Math.Ceiling(max / step);
        if (tight)
            (first, last) = (Math.Ceiling((min / step) - 1e-9), Math.Floor((max / step) + 1e-9));
        else
            (min, max) = (first * step, last * step);

        var places = new List<Tick>();
        double largest = Math.Max(Math.Abs(min), Math.Abs(max));
        for (double k = first; k <= last; k++)
            places.Add(new Tick(k * step, NumberText.Tick(k * step, step, largest)));
        return new Axis(min, max, log: false, places);
    }

    private static double RoundStep(double raw)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double lead = raw / power;
        return power * (lead <= 1.0001 ? 1 : lead <= 2.0001 ? 2 : lead <= 5.0001 ? 5 : 10);
    }

    private static Axis Logarithmic(double min, double max, int count)
    {
        double low = Math.Max(SmallestExponent, Math.Floor(Math.Log10(min) + 1e-9)), high = Math.Ceiling(Math.Log10(max) - 1e-9);
        if (high <= low)
            high = low + 1;
        double decades = high - low;
        double stride = Math.Max(1, Math.Ceiling(decades / Math.Max(1, count)));
        var places = new List<Tick>();
        for (double k = low; k <= high; k += stride)
        {
            Add(k, 1);
            if (decades <= 2 && k < high)
            {
                Add(k, 2);
                Add(k, 5);
            }
        }

        return new Axis(Math.Pow(10, low), Math.Pow(10, high), log: true, places);

        void Add(double exponent, int lead)
        {
            double value = double.Parse($"{lead}e{exponent:0}", CultureInfo.InvariantCulture);
            places.Add(new Tick(value, NumberText.LogTick(lead, (int)exponent)));
        }
    }
}
