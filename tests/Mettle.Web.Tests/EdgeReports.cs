using Mettle.Challenges;

namespace Mettle.Web.Tests;

/// <summary>Reports by name, at the edges of what a run can leave.</summary>
internal static class EdgeReports
{
    private const double NaN = double.NaN;

    public static IReadOnlyDictionary<string, Func<RunReport>> All { get; } = new Dictionary<string, Func<RunReport>>
    {
        ["rich"] = SampleReports.Rich,
        ["empty"] = SampleReports.Empty,
        ["no trials"] = () => SampleReports.Rich() with { Trials = [], FinalRecipe = SampleReports.Rich().Recipe },
        ["100 findings"] = () => SampleReports.ManyFindings(100),
        ["no numbers"] = NoNumbers,
        ["one class"] = () => SampleReports.WithEvidence(new HeatMap("Confusion", ["only"], ["only"], [[597]], "0"), new BarChart("Classes", "Rows", ["only"], [597])),
        ["long names"] = () => ReportWriterTests.WithEveryString(SampleReports.Rich(), text => text + " " + new string('w', 180)),
        ["empty charts"] = EmptyCharts,
        ["single points"] = SinglePoints,
        ["huge charts"] = HugeCharts,
        ["extreme values"] = ExtremeValues,
        ["many marks"] = ManyMarks,
    };

    private static RunReport NoNumbers()
    {
        RunReport rich = SampleReports.Rich();
        var nothing = new Measurement("Loss", NaN, new(NaN, NaN), "%");
        return rich with
        {
            Seconds = NaN,
            TestMetrics = [nothing],
            TestMetricsBefore = [nothing],
            Findings = [rich.Findings[0] with { Measured = nothing, Threshold = NaN, PValue = NaN, AdjustedPValue = NaN }],
            Trials = [rich.Trials[0] with { Baseline = nothing, Treated = nothing, Difference = nothing, PValue = NaN, AdjustedPValue = NaN }],
            Training =
            [
                new LineChart("Diverged", "Epoch", "Loss", [new("training", [1, 2, 3], [NaN, double.PositiveInfinity, NaN])], LogY: true),
                new LineChart("Unknown axis", "Epoch", "Loss", [new("training", [NaN, NaN], [1, 2])], LogX: true) { Marks = [new(NaN, "nowhere")] },
                new BarChart("Norms", "Norm", ["a", "b", "c"], [NaN, double.PositiveInfinity, double.NegativeInfinity], LogY: true),
                new IntervalChart("Effects", "Gain", ["a", "b"], [NaN, 1], [NaN, double.NegativeInfinity], [NaN, double.PositiveInfinity], NaN),
                new HeatMap("Cells", ["a"], ["b", "c"], [[NaN, double.PositiveInfinity]]),
            ],
        };
    }

    private static RunReport EmptyCharts() => SampleReports.WithEvidence(
        new LineChart("No lines", "x", "y", []),
        new LineChart("Empty line", "x", "y", [new("nothing", [], [])]),
        new BarChart("No bars", "y", [], []),
        new IntervalChart("No intervals", "x", [], [], [], []),
        new HeatMap("No cells", [], [], []),
        new TableEvidence("No rows", ["a"], []));

    private static RunReport SinglePoints() => SampleReports.WithEvidence(
        new LineChart("One point", "Epoch", "Loss", [new("training", [1], [0.5])]) { Marks = [new(1, "here")] },
        new LineChart("Constant", "Epoch", "Loss", [new("training", [1, 2, 3], [0.5, 0.5, 0.5])]),
        new LineChart("All zero on a logarithmic axis", "Epoch", "Loss", [new("training", [1, 2], [0, 0])], LogY: true),
        new BarChart("One bar", "Norm", ["a"], [0]),
        new IntervalChart("One interval", "Gain", ["a"], [0], [0], [0]));

    private static RunReport HugeCharts()
    {
        double[] steps = SampleReports.Range(200_000);
        string[] classes = [.. Enumerable.Range(0, 200).Select(i => $"class {i}")];
        return SampleReports.WithEvidence(
            new LineChart("Long", "Step", "Loss", [.. Enumerable.Range(0, 6).Select(s => new Series($"run {s}", steps, [.. steps.Select(x => Math.Sin((x * 0.37) + s))]))], LogX: true),
            new BarChart("Many bars", "Norm", [.. steps.Take(3000).Select(x => $"unit {x}")], [.. steps.Take(3000).Select(Math.Cos)]),
            new IntervalChart("Many intervals", "Gain", classes, steps[..200], steps[..200], steps[..200]),
            new HeatMap("Many classes", classes, classes, [.. classes.Select((_, r) => (double[])[.. classes.Select((_, c) => r == c ? 50.0 : (r * c) % 7)])]),
            new TableEvidence("Many rows", ["a", "b"], [.. steps.Take(5000).Select(x => (string[])[$"{x}", "b"])]));
    }

    private static RunReport ManyMarks() => SampleReports.WithEvidence(
        SampleReports.Curves() with { Marks = [new(41, "restored"), new(44, "patience began"), new(50, "stopped"), new(3, "warm-up over"), new(5, "clipping began"), new(31, "a label that is far longer than the space left of its line"), new(29, "another long label that runs to the right of its line")] },
        SampleReports.Accuracy() with { Marks = [.. SampleReports.Range(40).Select(x => new Mark(x, $"step {x}"))] });

    private static RunReport ExtremeValues() => SampleReports.WithEvidence(
        new LineChart("Overflow", "Step", "Loss", [new("a", [1, 2, 3], [double.MaxValue, double.MinValue, 0])]),
        new LineChart("Underflow", "Step", "Loss", [new("a", [1, 2, 3], [double.Epsilon, 1e-300, 1e300])], LogY: true),
        new LineChart("Tiny differences", "Step", "Loss", [new("a", [1, 2], [1, Math.BitIncrement(1)])]),
        new BarChart("Both signs", "Change", ["down", "up", "none"], [-1e9, 1e9, 0]),
        new HeatMap("Both signs", ["a", "b"], ["a very long column name indeed", "b"], [[-1, 1], [0.5, -0.25]]));
}
