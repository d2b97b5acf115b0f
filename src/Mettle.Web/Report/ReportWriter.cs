using Mettle.Challenges;

namespace Mettle.Web.Report;

/// <summary>Writes reports as HTML pages that need no network, no script and no other file.</summary>
public static class ReportWriter
{
    /// <summary>A page larger than this many bytes is written again with fewer charts.</summary>
    public const int LargestPage = 1_900_000;

    /// <summary>
    /// Writes the report of one run as UTF-8 HTML; the stream stays open. Where the page would outgrow
    /// <see cref="LargestPage"/>, only the first findings show their charts; the others say how many they leave to the JSON.
    /// </summary>
    public static async Task WriteAsync(RunReport report, Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(stream);
        byte[] page = [];
        foreach (int limit in (int[])[int.MaxValue, 60, 30, 10, 0])
        {
            cancellationToken.ThrowIfCancellationRequested();
            page = await PageRenderer.RenderAsync<ReportPage>(new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                [nameof(ReportPage.Report)] = report,
                [nameof(ReportPage.FindingsWithEvidence)] = limit,
            });
            if (page.Length <= LargestPage)
                break;
        }

        await stream.WriteAsync(page, cancellationToken);
    }

    /// <summary>Writes a page that sets two runs side by side: metrics, findings, recipe, manifest.</summary>
    public static async Task WriteComparisonAsync(RunReport left, RunReport right, Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(stream);
        byte[] page = await PageRenderer.RenderAsync<ComparePage>(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(ComparePage.Left)] = left,
            [nameof(ComparePage.Right)] = right,
        });
        await stream.WriteAsync(page, cancellationToken);
    }
}
