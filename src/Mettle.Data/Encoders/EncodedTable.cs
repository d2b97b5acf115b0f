using System.Collections.Immutable;

namespace Mettle.Data;

/// <summary>A table as arrays for a network. The arrays belong to the caller.</summary>
public sealed class EncodedTable
{
    /// <summary>Number of rows, n.</summary>
    public required int RowCount { get; init; }

    /// <summary>Features of the numeric columns, shape [n, d], row-major; each column's are followed by its indicator of missing values.</summary>
    public required float[] Numeric { get; init; }

    /// <summary>Embedding indices, shape [n, c], row-major; 0 is missing or unseen in training.</summary>
    public required int[] Categorical { get; init; }

    /// <summary>For each of the c categorical columns the number of indices, the 0 included.</summary>
    public required ImmutableArray<int> Cardinalities { get; init; }

    /// <summary>For each of the d numeric features the column it comes from: a column may have several, side by side.</summary>
    public required ImmutableArray<string> NumericColumns { get; init; }

    /// <summary>Names of the d numeric features: the column's with its range if it has several; an indicator's ends in "_missing".</summary>
    public required ImmutableArray<string> NumericNames { get; init; }

    /// <summary>Names of the c categorical features.</summary>
    public required ImmutableArray<string> CategoricalNames { get; init; }

    /// <summary>Class indices, shape [n]; empty for regression and for features alone.</summary>
    public required int[] Labels { get; init; }

    /// <summary>Standardised targets, shape [n]; empty for classification and for features alone.</summary>
    public required float[] Targets { get; init; }

    /// <summary>Names of the classes; empty for regression.</summary>
    public required ImmutableArray<string> ClassNames { get; init; }
}
