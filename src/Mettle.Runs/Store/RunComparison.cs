namespace Mettle.Runs;

/// <summary>Two runs side by side.</summary>
/// <param name="A">The first run.</param>
/// <param name="B">The second run.</param>
/// <param name="Metrics">Last values of all metrics that either has, by split and name.</param>
public sealed record RunComparison(StoredRun A, StoredRun B, IReadOnlyList<MetricComparison> Metrics)
{
    /// <summary>Whether both ran the same experiment.</summary>
    public bool SameRecipe => A.RecipeHash == B.RecipeHash;
}

/// <summary>The last value of a metric in two runs; null where a run lacks it.</summary>
/// <param name="Split">The rows it was measured on.</param>
/// <param name="Name">The metric.</param>
/// <param name="A">In the first run.</param>
/// <param name="B">In the second run.</param>
public sealed record MetricComparison(string Split, string Name, double? A, double? B)
{
    /// <summary>B − A; null where either is missing.</summary>
    public double? Difference => B - A;
}
