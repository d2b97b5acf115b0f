using System.Text.Json.Serialization;

namespace Mettle.Challenges;

/// <summary>What a finding, trial or proof shows to convince its reader.</summary>
[JsonDerivedType(typeof(TableEvidence), "table")]
[JsonDerivedType(typeof(LineChart), "line")]
[JsonDerivedType(typeof(BarChart), "bar")]
[JsonDerivedType(typeof(IntervalChart), "interval")]
[JsonDerivedType(typeof(HeatMap), "heat")]
public abstract record Evidence(string Title);

/// <summary>Rows of cells, already formatted for reading.</summary>
public sealed record TableEvidence(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows) : Evidence(Title);

/// <summary>One named line of a <see cref="LineChart"/>; a NaN in <paramref name="Y"/> breaks the line.</summary>
public sealed record Series(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y);

/// <summary>Lines over a shared axis, e.g. training and validation loss by epoch.</summary>
public sealed record LineChart(string Title, string XLabel, string YLabel, IReadOnlyList<Series> Series, bool LogX = false, bool LogY = false) : Evidence(Title)
{
    /// <summary>Vertical marks, e.g. the epoch whose weights were restored.</summary>
    public IReadOnlyList<Mark> Marks { get; init; } = [];
}

/// <summary>A vertical line with a label.</summary>
public sealed record Mark(double X, string Label);

/// <summary>One bar per label, e.g. gradient norm by layer.</summary>
public sealed record BarChart(string Title, string YLabel, IReadOnlyList<string> Labels, IReadOnlyList<double> Values, bool LogY = false) : Evidence(Title);

/// <summary>A point with an interval per label: treatments' effects against zero, seeds' differences.</summary>
public sealed record IntervalChart(string Title, string XLabel, IReadOnlyList<string> Labels, IReadOnlyList<double> Values, IReadOnlyList<double> Low, IReadOnlyList<double> High, double? Reference = 0) : Evidence(Title);

/// <summary>A matrix of numbers as colours, e.g. a confusion matrix.</summary>
public sealed record HeatMap(string Title, IReadOnlyList<string> RowLabels, IReadOnlyList<string> ColumnLabels, IReadOnlyList<IReadOnlyList<double>> Values, string Format = "0.##") : Evidence(Title);
