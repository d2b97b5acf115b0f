using System.Text;
using Mettle.Challenges;
using Mettle.Web.Report;

namespace Mettle.Web.Tests;

public sealed class ReportJsonTests
{
    public static TheoryData<string> Reports => [.. EdgeReports.All.Keys];

    [Theory]
    [MemberData(nameof(Reports))]
    public void Read_WhatWasWritten_GivesTheSameReport(string name)
    {
        byte[] first = Write(EdgeReports.All[name]());
        RunReport back = ReportJson.Read(new MemoryStream(first));
        Assert.Equal(first, Write(back));
    }

    [Fact]
    public void Read_EveryKindOfEvidence_KeepsItsTypeAndBits()
    {
        double[] values = [0.1 + 0.2, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue, Math.PI];
        string[] labels = [.. values.Select((_, i) => $"label {i}")];
        Evidence[] evidence =
        [
            new LineChart("line", "x", "y", [new("s", values, values)], LogX: true) { Marks = [new(double.NaN, "mark")] },
            new BarChart("bar", "y", labels, values, LogY: true),
            new IntervalChart("interval", "x", labels, values, values, values, null),
            new HeatMap("heat", labels, labels, [values], "0.0"),
            new TableEvidence("table", ["a"], [["1"], ["2"]]),
        ];
        RunReport back = ReportJson.Read(new MemoryStream(Write(SampleReports.WithEvidence(evidence))));
        Assert.Equal(evidence.Select(e => e.GetType()), back.Training.Select(e => e.GetType()));
        var line = Assert.IsType<LineChart>(back.Training[0]);
        Assert.Equal(values.Select(BitConverter.DoubleToInt64Bits), line.Series[0].Y.Select(BitConverter.DoubleToInt64Bits));
        Assert.True(line.LogX);
        Assert.Equal("mark", line.Marks[0].Label);
        Assert.Null(((IntervalChart)back.Training[2]).Reference);
        Assert.Equal("0.0", ((HeatMap)back.Training[3]).Format);
    }

    [Fact]
    public void Write_Report_UsesNamesThatScriptsCanRead()
    {
        string json = Encoding.UTF8.GetString(Write(SampleReports.Rich()));
        Assert.Contains("\"challenge\": \"overfitting\"", json);
        Assert.Contains("\"verdict\": \"rolledBack\"", json);
        Assert.Contains("\"severity\": \"problem\"", json);
        Assert.Contains("\"$type\": \"line\"", json);
        Assert.Contains("\"value\": \"NaN\"", json);
    }

    [Theory]
    [InlineData("", "report.json, line 1")]
    [InlineData("null", "holds null")]
    [InlineData("[1]", "line 1")]
    [InlineData("{\"runId\": \"a\"}", "name")]
    [InlineData("{\"runId\":\n\n 5}", "line 3, field $.runId")]
    [InlineData("{\"runId\": null}", "$.runId")]
    [InlineData("{\"findings\": [{\"severity\": \"grave\"}]}", "$.findings[0].severity")]
    [InlineData("{\"training\": [{\"$type\": \"pie\", \"title\": \"x\"}]}", "$.training[0]")]
    [InlineData("{\"training\": [{\"title\": \"x\"}]}", "$.training[0]")]
    public void Read_NotAReport_NamesThePlace(string json, string place)
    {
        var error = Assert.Throws<InvalidDataException>(() => ReportJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)), "run/report.json"));
        Assert.StartsWith("run/report.json", error.Message);
        Assert.Contains(place, error.Message);
        Assert.DoesNotContain("LineNumber:", error.Message);
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void Read_TruncatedFile_NamesTheLine(double share)
    {
        byte[] whole = Write(SampleReports.Rich());
        var error = Assert.Throws<InvalidDataException>(() => ReportJson.Read(new MemoryStream(whole, 0, (int)(whole.Length * share))));
        Assert.Contains("line ", error.Message);
    }

    private static byte[] Write(RunReport report)
    {
        using var stream = new MemoryStream();
        ReportJson.Write(report, stream);
        return stream.ToArray();
    }
}
