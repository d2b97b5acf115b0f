using System.Globalization;
using Mettle.Challenges;
using Mettle.Onnx;
using Spectre.Console;

namespace Mettle.Cli.Models;

/// <summary>Structure, cost, sanity and gaps of an ONNX file, for a reader and for scripts.</summary>
internal sealed record ModelExamination(OnnxModel Model, ModelStructure Structure, IReadOnlyList<ModelFinding> Findings, ModelCost? Cost, string? Unmeasured)
{
    private const int ShownOperators = 12;

    public static ModelExamination Of(string path, IReadOnlyDictionary<string, Shape> shapes, IRunProgress progress)
    {
        using IStage stage = progress.Stage("examining", 3);
        OnnxModel model = OnnxModel.LoadToLookAt(path);
        stage.Advance();
        var findings = ModelSanity.Look(model);
        stage.Advance();
        string? unmeasured = "parts of it are not supported";
        ModelCost? cost = model.Gaps.Count == 0 ? ModelCost.Measure(model, shapes, out unmeasured) : null;
        if (cost?.NanOutputs is { Count: > 0 } nan)
            findings = [.. findings, new ModelFinding("nan-outputs", Severity.Notice, $"{string.Join(", ", nan)}: NaN for random inputs", nan, "Look whether such inputs can occur; weights may be damaged.")];
        stage.Advance();
        return new ModelExamination(model, ModelStructure.Of(model), findings, cost, cost is null ? unmeasured : null);
    }

    public object ToJson() => new
    {
        Model = Model.Source,
        Structure = new
        {
            Structure.Producer,
            Structure.IrVersion,
            Structure.Opsets,
            Inputs = Structure.Inputs.Select(p => new { p.Name, Type = p.Type?.ToString() }),
            Outputs = Structure.Outputs.Select(p => new { p.Name, Type = p.Type?.ToString() }),
            Operators = Structure.Operators.Select(o => new { o.Domain, o.Operator, o.Count }),
            Structure.Parameters,
            Initializers = Structure.Initializers.Select(i => new { i.Type, i.Count, i.Bytes }),
            Structure.Functions,
            Structure.Metadata,
        },
        Unsupported = Model.Gaps,
        Findings,
        Cost,
        Unmeasured,
    };

    public void Show(Terminal terminal)
    {
        if (terminal.Json) return;
        ModelStructure s = Structure;
        int nodes = s.Operators.Sum(o => o.Count);
        terminal.Markup($"[bold]{Model.Source.EscapeMarkup()}[/]");
        terminal.Line($"{Size(s.Parameters)} parameters, {nodes} operators, sets {string.Join(", ", s.Opsets.Select(o => $"{o.Key} {o.Value}"))}, IR {s.IrVersion}{(s.Producer.Length > 0 ? $", by {s.Producer}" : "")}");
        foreach (OnnxPort port in s.Inputs) terminal.Line($"  in    {port.Name}: {port.Type}");
        foreach (OnnxPort port in s.Outputs) terminal.Line($"  out   {port.Name}: {port.Type}");
        terminal.Line($"  ops   {string.Join(", ", s.Operators.Take(ShownOperators).Select(o => $"{(o.Domain == "ai.onnx" ? "" : o.Domain + ".")}{o.Operator} {o.Count}"))}{(s.Operators.Count > ShownOperators ? $" and {s.Operators.Count - ShownOperators} more kinds" : "")}");
        if (s.Initializers.Count > 0) terminal.Line($"  data  {string.Join(", ", s.Initializers.Select(i => $"{i.Count} of {i.Type} ({Bytes(i.Bytes)})"))}");
        if (s.Metadata.Count > 0) terminal.Line($"  notes {string.Join(", ", s.Metadata.Keys)}");
        ShowCost(terminal);
        terminal.Line();
        foreach (OnnxGap gap in Model.Gaps) terminal.Markup($"[red]not supported[/]  {gap.ToString().EscapeMarkup()}");
        foreach (ModelFinding f in Findings)
        {
            terminal.Markup($"{(f.Severity == Severity.Problem ? "[red]problem[/]" : "[yellow]notice[/]")}  [bold]{f.Check}[/]: {f.Title.EscapeMarkup()}");
            terminal.Markup($"         [grey]{f.Mend.EscapeMarkup()}[/]");
        }

        if (Model.Gaps.Count + Findings.Count == 0) terminal.Markup("[green]fine[/]  nothing is wrong with the file");
    }

    private void ShowCost(Terminal terminal)
    {
        terminal.Line();
        if (Cost is not { } c)
        {
            terminal.Markup($"[yellow]not measured[/]  {Unmeasured.EscapeMarkup()}");
            return;
        }

        terminal.Line($"a call with {string.Join(", ", c.Shapes.Select(i => $"{i.Key} {i.Value}"))}{(c.Assumed.Length > 0 ? $" (assumed: {c.Assumed})" : "")}:");
        terminal.Line($"  {Number(c.MedianMilliseconds)} ms (median; fastest {Number(c.FastestMilliseconds)}) on {c.Threads} {(c.Threads == 1 ? "thread" : "threads")}");
        if (c.Fallback is { } why)
        {
            terminal.Markup($"  [yellow]node by node, which is slower[/]: {why.EscapeMarkup()}");
            return;
        }

        terminal.Line($"  {Size(c.Flops)} floating-point operations, {Bytes(c.BytesMoved)} read and written, {Bytes(c.WorkspaceBytes)} of workspace, {c.Steps} steps");
        terminal.Line();
        Table table = Terminal.Table("slowest steps", "result", "ms", "share", "GFLOP/s");
        foreach (StepCost step in c.Slowest)
            table.AddRow(step.Op.EscapeMarkup(), step.Result.EscapeMarkup(), Number(step.Milliseconds), $"{step.Share * 100:0} %", step.Flops > 0 ? Number(step.GigaflopsPerSecond) : "");
        terminal.Show(table);
    }

    private static string Number(double value) => value.ToString(value >= 100 ? "0" : value >= 1 ? "0.00" : "0.0000", CultureInfo.InvariantCulture);

    private static string Size(double value) => value switch
    {
        >= 1e9 => $"{(value / 1e9).ToString("0.00", CultureInfo.InvariantCulture)} G",
        >= 1e6 => $"{(value / 1e6).ToString("0.00", CultureInfo.InvariantCulture)} M",
        >= 1e4 => $"{(value / 1e3).ToString("0.0", CultureInfo.InvariantCulture)} k",
        _ => value.ToString("0", CultureInfo.InvariantCulture),
    };

    private static string Bytes(long bytes) => bytes >= 1 << 20 ? $"{(bytes / (double)(1 << 20)).ToString("0.0", CultureInfo.InvariantCulture)} MiB" : $"{(bytes / 1024.0).ToString("0.0", CultureInfo.InvariantCulture)} KiB";
}
