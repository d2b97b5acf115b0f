using Mettle.Challenges;

namespace Mettle.Web.Charts;

/// <summary>Where a mark's label stands: its line's place, its row above the plot (-1 without a label), and on which side of the line.</summary>
internal readonly record struct MarkLabel(double X, string Text, int Row, bool Before)
{
    private const double Padding = 8;

    private double Start => Before ? X - Svg.TextWidth(Text) - Padding : X;

    private double End => Before ? X : X + Svg.TextWidth(Text) + Padding;

    /// <summary>Whether neither label nor line of one runs through the label of the other; a line starts at its label's row and runs down.</summary>
    public bool IsClearOf(MarkLabel other)
    {
        if (Row == other.Row)
            return Start >= other.End || other.Start >= End;
        (MarkLabel upper, MarkLabel lower) = Row < other.Row ? (this, other) : (other, this);
        return upper.X <= lower.Start || upper.X >= lower.End;
    }
}

/// <summary>Sets the labels of vertical marks in rows above the plot so that none is crossed.</summary>
internal static class MarkLabels
{
    private const double Shortest = 24;
    private const int MostRows = 4;

    public static IReadOnlyList<MarkLabel> Place(IReadOnlyList<Mark> marks, Axis axis, double left, double right)
    {
        double middle = (left + right) / 2;
        var placed = new List<MarkLabel>();

        // Outermost last: its label reaches over the lines nearer to its edge, which start below it.
        foreach ((double x, string text) in marks
            .Select(m => (X: left + (axis.Fraction(m.X) * (right - left)), m.Label))
            .Where(m => double.IsFinite(m.X))
            .OrderByDescending(m => Math.Abs(m.X - middle)))
        {
            placed.Add(Place(placed, x, text, x > middle, (x > middle ? x - left : right - x) - 4));
        }

        return placed;
    }

    /// <summary>The first row where the label is clear of all others; a label that has none is shortened, and at last left to the description and the hovering.</summary>
    private static MarkLabel Place(List<MarkLabel> placed, double x, string text, bool before, double room)
    {
        for (double width = room; width > Shortest; width /= 2)
        {
            for (int row = 0; row < MostRows; row++)
            {
                var label = new MarkLabel(x, Svg.Fit(text, width), row, before);
                if (placed.Where(p => p.Row >= 0).All(label.IsClearOf))
                    return label;
            }
        }

        return new MarkLabel(x, "", -1, before);
    }
}
