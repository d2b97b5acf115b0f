using System.Globalization;
using Mettle.Bench.Cases;

namespace Mettle.Bench;

/// <summary>How even the times of an imported model's calls are: the 99th percentile over the median, in turns with ONNX Runtime.</summary>
internal static class Tail
{
    public const string Family = "latency";

    private const double Turn = 1;

    // A tiny model, one of a millisecond or two, one of tens.
    private static readonly string[] Models = ["mnist-8", "ultraface-RFB-320", "super_resolution_10"];

    /// <summary>The models that every word allows, each side running for <paramref name="seconds"/>.</summary>
    public static IEnumerable<Row> Run(int threads, double seconds, string folder, Func<string, string, bool> wanted)
    {
        var cases = OnnxCases.List().Where(c => c.Family == OnnxCases.Family && Models.Any(m => c.Name == $"{m}, batch 1") && wanted(Family, c.Name)).ToList();
        if (cases.Count == 0)
        {
            yield break;
        }

        Contestants.WriteModels(folder, cases);
        using var ours = Contestants.Ours(threads, ("BENCH_MODELS", folder));
        var peers = Contestants.All(threads, folder, cases);
        foreach (var c in peers.Count == 1 ? cases : [])
        {
            var peer = peers[0];
            if (ours.Prepare(c.Line) is null || peer.Prepare(c.Line) is null)
            {
                continue;
            }

            for (double done = 0; done < seconds; done += Turn)
            {
                ours.Loop(Turn);
                peer.Loop(Turn);
            }

            var (mine, theirs) = (ours.Percentiles(), peer.Percentiles());
            yield return new(
                Family,
                string.Create(CultureInfo.InvariantCulture, $"{c.Name}, p99 over p50 of {seconds} s"),
                threads,
                Shown(mine),
                $"{peer.Name} {Shown(theirs)}",
                theirs.P99 / theirs.P50 / (mine.P99 / mine.P50),
                1,
                null);
        }

        peers.ForEach(p => p.Dispose());
    }

    private static string Shown((double P50, double P99) times)
        => string.Create(CultureInfo.InvariantCulture, $"{times.P99 / times.P50:0.00} ({Units.Time(times.P50)}, {Units.Time(times.P99)})");
}
