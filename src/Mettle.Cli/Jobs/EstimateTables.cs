using System.Globalization;
using Mettle.Challenges.Computation;
using Mettle.Nn;
using Mettle.Runs;
using Spectre.Console;

namespace Mettle.Cli.Jobs;

/// <summary>An estimate for a reader at a terminal and for a script.</summary>
internal static class EstimateTables
{
    private const int MostRows = 12;

    public static object Json(Recipe recipe, RunEstimate e, LayerProfile layers, VerifiedEstimate? verified) => new
    {
        Name = recipe["name"].Text(),
        e.Epochs,
        e.StepsPerEpoch,
        e.StepSeconds,
        e.LoadSeconds,
        Loading = e.LoadSeconds > e.StepSeconds ? "slower than the steps" : "beside the steps",
        e.Counted.PeakBytes,
        e.Counted.StandingBytes,
        e.AvailableBytes,
        e.Price,
        e.Epoch,
        e.Training,
        e.RunAtLeast,
        e.RunAtMost,
        Threads = Scheduler.Threads,
        Layers = Rows(layers, c => c.Place.Length == 0 ? "(between layers)" : c.Place),
        Ops = Rows(layers, Label),
        Measured = verified,
    };

    public static void Show(Recipe recipe, RunEstimate e, LayerProfile layers, VerifiedEstimate? verified, Terminal terminal)
    {
        if (terminal.Json) return;
        terminal.Line($"{recipe["name"].Text()}: {e.Epochs} epochs of {e.StepsPerEpoch} steps, {Scheduler.Threads} threads; a step takes {Amount.Time(e.StepSeconds)}, loading its rows {Amount.Time(e.LoadSeconds)}{(e.LoadSeconds > e.StepSeconds ? ": the steps wait for them" : " meanwhile")}");
        terminal.Line();
        Table table = Terminal.Table("", "operations", "bytes moved", "time", "95 % interval", e.Price > 0 ? "money" : "");
        Add(table, "an epoch", e.Epoch, e.Price);
        Add(table, "the training", e.Training, e.Price);
        Add(table, "a run without trials", e.RunAtLeast, e.Price);
        if (e.MostRetrainings > 0) Add(table, "a run with all trials", e.RunAtMost, e.Price);
        terminal.Show(table);
        terminal.Line($"memory  {Amount.Bytes(e.Counted.PeakBytes)} at the peak, {Amount.Bytes(e.Counted.StandingBytes)} of it throughout; there are {Amount.Bytes(e.AvailableBytes)}");
        terminal.Line();
        Shares("layer", Rows(layers, c => c.Place.Length == 0 ? "(between layers)" : c.Place), terminal);
        terminal.Line();
        Shares("op", Rows(layers, Label), terminal);
        if (verified is null) return;
        terminal.Line();
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"measured  {recipe["name"].Text()}: time {Amount.Time(verified.Seconds)}, {verified.TimeFactor:0.00} of the estimate; operations {Amount.Flops(verified.Flops)}, {verified.FlopsFactor:0.000}; memory {Amount.Bytes(verified.PeakBytes)}, {verified.PeakFactor:0.00}"));
    }

    private static void Add(Table table, string what, EstimatedAmount a, double price)
        => table.AddRow(what, Amount.Flops(a.Flops), Amount.Bytes(a.Bytes), Amount.Time(a.Seconds), $"{Amount.Time(a.Low)} to {Amount.Time(a.High)}", price > 0 ? a.Money.ToString("0.####", CultureInfo.InvariantCulture) : "");

    private static void Shares(string what, List<CostRow> rows, Terminal terminal)
    {
        Table table = Terminal.Table(what, "time", "operations a step", "GFLOP/s");
        foreach (CostRow r in rows.Take(MostRows))
            table.AddRow(r.Name.EscapeMarkup(), string.Create(CultureInfo.InvariantCulture, $"{100 * r.Share:0.0} %"), r.Flops > 0 ? Amount.Flops(r.Flops) : "", r is { Seconds: > 0, Flops: > 0 } ? (r.Flops / r.Seconds / 1e9).ToString("0.0", CultureInfo.InvariantCulture) : "");
        terminal.Show(table);
        if (rows.Count > MostRows) terminal.Line(string.Create(CultureInfo.InvariantCulture, $"and {rows.Count - MostRows} more with {100 * rows.Skip(MostRows).Sum(r => r.Share):0.0} % of the time"));
    }

    private static List<CostRow> Rows(LayerProfile layers, Func<OpCost, string> by)
    {
        double all = layers.Costs.Sum(c => c.Seconds);
        return [.. layers.Costs.GroupBy(by, StringComparer.Ordinal).Select(g => new CostRow(
                g.Key, all > 0 ? g.Sum(c => c.Seconds) / all : 0, g.Sum(c => c.Seconds) / layers.Steps, g.Sum(c => (double)c.Cost.Flops) / layers.Steps))
            .OrderByDescending(r => r.Seconds)];
    }

    private static string Label(OpCost c) => c.IsBackward ? $"{c.Op} backward" : c.Op;

    /// <summary>A layer's or op's part of a step.</summary>
    internal sealed record CostRow(string Name, double Share, double Seconds, double Flops);
}
