using System.Globalization;

namespace Mettle.Onnx.Fuzz;

/// <summary>Tries one mutant after the other and writes a line for each: number, kind, milliseconds of processor time, peak in MB, detail.</summary>
internal sealed class Worker(Mutants mutants, TextWriter lines)
{
    public const int MostMilliseconds = 2_000, MostMegabytes = 1_000;
    private const int Longest = 300;
    private const long MostKept = 64 << 20, MostManaged = 200 << 20;

    public void Run(long from, long to, long step)
    {
        using var outside = new Outside();
        using var memory = new PeakMemory();
        var trial = new Trial(outside.Folder);
        for (long i = from; i < to; i += step)
        {
            var (file, name) = mutants.Make(i);
            memory.Reset();
            var before = Environment.CpuUsage.TotalTime;
            var verdict = trial.Run(file);
            int time = (int)(Environment.CpuUsage.TotalTime - before).TotalMilliseconds, peak = memory.Read();
            verdict = outside.WasOpened() ? new(Kind.ReadOutside, verdict.Detail)
                : time > MostMilliseconds ? new(Kind.Slow, $"{time} ms: {verdict.Kind} {verdict.Detail}")
                : peak > MostMegabytes ? new(Kind.Large, $"{peak} MB: {verdict.Kind} {verdict.Detail}")
                : verdict;
            string detail = string.Concat($"{name}: {verdict.Detail}".Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c));
            lines.Write(string.Create(CultureInfo.InvariantCulture, $"{i}\t{verdict.Kind}\t{time}\t{peak}\t{(detail.Length > Longest ? detail[..Longest] : detail)}\n"));
            lines.Flush();
            Tidy();
        }
    }

    // What was kept for reuse after one model must not count against the next.
    private static void Tidy()
    {
        if (Memory.CachedBytes > MostKept)
        {
            Memory.Trim();
        }

        if (GC.GetGCMemoryInfo().TotalCommittedBytes > MostManaged)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        }
    }
}
