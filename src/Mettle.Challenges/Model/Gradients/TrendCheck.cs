using System.Globalization;

namespace Mettle.Challenges.Model;

/// <summary>What the checks of a quantity along layers or steps share: fresh and trained model, trend, finding.</summary>
internal static class TrendCheck
{
    /// <summary>Orders of magnitude that float32 training takes without harm; beyond, early and late places learn at different speeds.</summary>
    public const double Threshold = 3;

    public static Finding Judge(ChallengeId challenge, string check, Subject subject, Quantity q, IReadOnlyList<double> values, string when, Evidence chart, Func<int, Place> placeOf)
    {
        var trend = Trend.Of(values);
        double size = Math.Abs(trend.Orders);
        bool over = size > Threshold;
        var interval = trend.Orders >= 0 ? trend.Interval : new Interval(-trend.Interval.High, -trend.Interval.Low);
        string direction = trend.Orders >= 0 ? q.Rising : q.Falling;
        string ratio = Ratio(Math.Max(1e-45, values[^1]) / Math.Max(1e-45, values[0]));
        return new Finding(
            challenge,
            check,
            over
                ? $"{char.ToUpperInvariant(when[0])}{when[1..]} {direction} {size:0.0} orders of magnitude over {values.Count} {q.Places}."
                : $"{char.ToUpperInvariant(when[0])}{when[1..]} the {q.Name} keeps within {size:0.0} orders of magnitude over {values.Count} {q.Places}.",
            $"{q.How} A line through the decimal logarithms by least squares gives {Slope(trend.Orders / (values.Count - 1))} orders per {q.Place}; neighbours resemble each other, which the interval allows for. The last {q.Place} has {ratio} times the first one's.",
            new Measurement($"orders of magnitude of the {q.Name} from first to last {q.Place}", size, interval),
            Threshold,
            trend.PValueBeyond(Threshold),
            over ? Severity.Problem : Severity.Fine,
            [chart],
            over ? Remedies.For(trend.Orders >= 0 == q.GrowsForward ? Symptom.Exploding : Symptom.Vanishing, subject) : [])
        {
            Place = over ? placeOf(First(values, q.GrowsForward)) with { Line = Remedies.CauseLine(subject) } : null,
        };
    }

    // The first place, in the direction in which the quantity travels, that is further from its start than the threshold.
    private static int First(IReadOnlyList<double> values, bool forward)
    {
        int n = values.Count;
        int[] way = forward ? [.. Enumerable.Range(0, n)] : [.. Enumerable.Range(0, n).Reverse()];
        double start = Math.Log10(Math.Max(1e-45, values[way[0]]));
        int at = Array.FindIndex(way, i => Math.Abs(Math.Log10(Math.Max(1e-45, values[i])) - start) > Threshold);
        return way[at < 0 ? n - 1 : at];
    }

    private static string Ratio(double r) => r.ToString(r is >= 0.01 and < 100 ? "0.##" : "0.#e+0", CultureInfo.InvariantCulture);

    private static string Slope(double s) => s.ToString("+0.0000;-0.0000;0", CultureInfo.InvariantCulture);
}

/// <summary>What is followed along layers or steps.</summary>
/// <param name="Name">Noun: "gradient".</param>
/// <param name="Place">"layer" or "step".</param>
/// <param name="Rising">Clause for a rise towards the end, to be followed by the size.</param>
/// <param name="Falling">Clause for a fall.</param>
/// <param name="How">How it was measured, a sentence.</param>
/// <param name="GrowsForward">Whether it travels from the first place to the last (a signal) or back (a gradient).</param>
internal sealed record Quantity(string Name, string Place, string Rising, string Falling, string How, bool GrowsForward)
{
    public string Places => Place + "s";
}
