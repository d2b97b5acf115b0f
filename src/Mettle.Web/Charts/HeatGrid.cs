using System.Globalization;
using Mettle.Challenges;

namespace Mettle.Web.Charts;

/// <summary>A heat map's cells, brought down to a number that can be drawn.</summary>
public sealed record HeatGrid(
    IReadOnlyList<string> RowLabels,
    IReadOnlyList<string> ColumnLabels,
    IReadOnlyList<IReadOnlyList<double>> Values,
    string Format,
    int Block,
    double Min,
    double Max)
{
    /// <summary>More rows or columns than this are averaged in square blocks.</summary>
    public const int MostCells = 64;

    public static HeatGrid Of(HeatMap map)
    {
        int rows = Math.Min(map.RowLabels.Count, map.Values.Count), columns = map.ColumnLabels.Count;
        int block = Math.Max(1, (Math.Max(rows, columns) + MostCells - 1) / MostCells);
        var values = new List<IReadOnlyList<double>>();
        for (int r = 0; r < rows; r += block)
            values.Add([.. Starts(columns, block).Select(c => Mean(map, r, c, Math.Min(r + block, rows), Math.Min(c + block, columns)))]);

        var finite = values.SelectMany(row => row).Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        return new HeatGrid(
            [.. Starts(rows, block).Select(r => map.RowLabels[r])],
            [.. Starts(columns, block).Select(c => map.ColumnLabels[c])],
            values,
            map.Format,
            block,
            finite.Min(),
            finite.Max());
    }

    public string Text(double value) => double.IsFinite(value)
        ? value.ToString(Format, CultureInfo.InvariantCulture)
        : NumberText.Plain(value);

    /// <summary>
    /// Strength of the cell's colour, -1..1; below zero in the second hue. The square root keeps the small counts
    /// beside a confusion matrix's diagonal visible.
    /// </summary>
    public double Strength(double value)
    {
        double largest = Math.Max(Math.Abs(Min), Math.Abs(Max));
        return !double.IsFinite(value) || largest == 0 ? 0 : Math.Sign(value) * Math.Sqrt(Math.Abs(value) / largest);
    }

    private static IEnumerable<int> Starts(int count, int block)
    {
        for (int i = 0; i < count; i += block)
            yield return i;
    }

    private static double Mean(HeatMap map, int row, int column, int rowEnd, int columnEnd)
    {
        double sum = 0;
        int count = 0;
        for (int r = row; r < rowEnd; r++)
        {
            for (int c = column; c < Math.Min(columnEnd, map.Values[r].Count); c++)
            {
                if (!double.IsFinite(map.Values[r][c]))
                    continue;
                sum += map.Values[r][c];
                count++;
            }
        }

        return count == 0 ? double.NaN : sum / count;
    }
}
