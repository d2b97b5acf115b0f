using System.Globalization;
using Mettle.Challenges;

namespace Mettle.Web.Charts;

/// <summary>What hovering over a line chart says: every line's value at the nearest place.</summary>
internal sealed record LineHover(string Places, string Tips)
{
    private const int MostPlaces = 120;
    private const int MostLines = 12;

    public static LineHover Of(LineChart chart, Axis axis)
    {
        var values = chart.Series.Select(Values).ToList();
        var places = values.SelectMany(v => v.Keys)
            .Where(x => double.IsFinite(axis.Fraction(x))).Distinct().Order().ToList();
        var shown = LineSampling.Spread(places.Count, MostPlaces).Select(i => places[i])
            .Union(chart.Marks.Select(m => m.X).Where(x => double.IsFinite(axis.Fraction(x))).Take(MostPlaces)).Order().ToList();
        return new LineHover(
            string.Join(' ', shown.Select(x => axis.Fraction(x).ToString("0.####", CultureInfo.InvariantCulture))),
            string.Join("\n\n", shown.Select(x => Tip(chart, values, x))));
    }

    private static Dictionary<double, double> Values(Series series)
    {
        var values = new Dictionary<double, double>();
        foreach ((double x, double y) in series.X.Zip(series.Y))
            values[x] = y;
        return values;
    }

    private static string Tip(LineChart chart, List<Dictionary<double, double>> values, double x)
    {
        var lines = new List<string> { $"{OneLine(chart.XLabel)} {NumberText.Plain(x)}" };
        for (int s = 0; s < values.Count && lines.Count <= MostLines; s++)
        {
            if (values[s].TryGetValue(x, out double y))
                lines.Add($"{OneLine(chart.Series[s].Name)}: {NumberText.Plain(y)}");
        }

        lines.AddRange(chart.Marks.Where(m => m.X == x).Select(m => OneLine(m.Label)));
        return string.Join('\n', lines);
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
