using System.Globalization;
using Mettle.Bench.Cases;

namespace Mettle.Bench;

/// <summary>A line of the table: what was measured, its goal, and how far the machine was used.</summary>
/// <param name="Ratio">Our speed over the best peer's; above 1: ours is faster.</param>
/// <param name="Share">Share of the machine's peak, or null.</param>
internal sealed record Row(string Family, string Name, int Threads, string Ours, string Peers, double Ratio, double? Goal, double? Share)
{
    /// <summary>Within 3 per cent of a peer counts as level; a fixed limit is a limit.</summary>
    public const double Level = 0.97;

    public const string LimitFamily = "limit";

    public const string Head = "| family | case | threads | ours | peers, best first | ratio | goal | share of peak |\n|---|---|---|---|---|---|---|---|";

    public bool Reached => Goal is not { } goal || Ratio >= (goal == 1 && !IsExact ? Level : goal);

    private bool IsExact => Family is LimitFamily or OnnxSummary.Family;

    public static Row? Parse(string line)
    {
        string[] cells = [.. line.Split('|').Select(c => c.Trim())];
        return cells.Length == 10 && int.TryParse(cells[3], NumberStyles.None, CultureInfo.InvariantCulture, out int threads)
            ? new Row(cells[1], cells[2], threads, cells[4], cells[5], Number(cells[6].Trim('*'))!.Value, Number(cells[7]), Number(cells[8].TrimEnd('%', ' ')) / 100)
            : null;
    }

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"| {Family} | {Name} | {Threads} | {Ours} | {Peers} | {(Reached ? $"{Ratio:0.00}" : $"**{Ratio:0.00}**")} | {(Goal is { } g ? $"{g:0.0#}" : "")} | {(Share is { } s ? $"{100 * s:0} %" : "")} |");

    private static double? Number(string cell)
        => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) ? v : null;
}
