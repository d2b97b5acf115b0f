using System.Globalization;

namespace Mettle.Bench.Cases;

/// <summary>What the rows of the real models come to: geometric means, the slowest, and how many calls allocate nothing.</summary>
internal static class OnnxSummary
{
    public const string Family = "onnx models together";

    /// <summary>Rows of <paramref name="rows"/> that are no models are left out.</summary>
    public static IEnumerable<Row> Of(IEnumerable<Row> rows)
    {
        var models = rows.Where(r => r.Family == OnnxCases.Family).ToList();
        if (models.Count == 0)
        {
            yield break;
        }

        foreach (int threads in models.Select(m => m.Threads).Distinct())
        {
            foreach (string batch in (string[])["batch 1", "batch 16"])
            {
                if (models.Where(m => m.Threads == threads && m.Name.EndsWith(", " + batch, StringComparison.Ordinal)).ToList() is { Count: > 0 } some)
                {
                    yield return Mean(batch, threads, some);
                }
            }
        }

        yield return Mean("all rows", models.Max(m => m.Threads), models);
        var slowest = models.MinBy(m => m.Ratio)!;
        yield return slowest with { Family = Family, Name = $"slowest: {slowest.Name}" };
        int free = models.Count(m => m.Ours.EndsWith(", 0 B", StringComparison.Ordinal));
        yield return new(Family, "calls that allocate no managed memory", models.Max(m => m.Threads), Count(free), $"of {models.Count}", (double)free / models.Count, 1, null);
    }

    private static Row Mean(string what, int threads, List<Row> rows)
        => new(Family, $"geometric mean, {what}", threads, $"{Count(rows.Count)} rows", "ONNX Runtime", Math.Exp(rows.Average(r => Math.Log(r.Ratio))), 1, null);

    private static string Count(int n) => n.ToString(CultureInfo.InvariantCulture);
}
