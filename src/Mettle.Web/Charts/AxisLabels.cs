namespace Mettle.Web.Charts;

/// <summary>Chooses the tick labels of a horizontal axis that fit side by side.</summary>
internal static class AxisLabels
{
    private const double Gap = 8;

    public static List<(double At, string Label)> Place(Axis axis, Func<double, double> across, double from, double to)
    {
        var placed = new List<(double, string)>();
        double free = from;
        foreach (Tick tick in axis.Ticks)
        {
            double at = across(tick.Value), half = Svg.TextWidth(tick.Label) / 2;
            if (at - half < free || at + half > to)
                continue;
            placed.Add((at, tick.Label));
            free = at + half + Gap;
        }

        return placed;
    }
}
