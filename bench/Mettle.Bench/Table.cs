using System.Globalization;
using Mettle.Bench.Cases;

namespace Mettle.Bench;

/// <summary>Makes the table.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal static class Table
{
    private const string SecondsOption = "--seconds=";

    /// <summary>
    /// Runs the cases whose family or name contains every given word (all, if none) and prints the table. A full run is also written;
    /// with --renew its rows replace those of the written table.
    /// </summary>
    public static int Make(string[] words)
    {
        int[] threadCounts = words.Contains("--1") ? [1] : words.Contains("--2") ? [2] : [1, 2];
        bool renew = words.Contains("--renew");
        double seconds = words.FirstOrDefault(w => w.StartsWith(SecondsOption, StringComparison.Ordinal)) is { } given
            ? double.Parse(given.AsSpan(SecondsOption.Length), CultureInfo.InvariantCulture)
            : 60;
        words = [.. words.Where(w => !w.StartsWith("--", StringComparison.Ordinal))];
        var cases = AllCases.List().Where(c => Wanted(c.Family, c.Name)).ToList();
        string models = Path.Combine(AppContext.BaseDirectory, "models");
        var rows = new List<Row>();
        var peaks = new List<string>();
        string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        if (double.Parse(load, CultureInfo.InvariantCulture) > 0.7)
        {
            Console.Error.WriteLine($"The machine is busy (load {load}): the figures will say little.");
        }

        Console.Out.WriteLine(Row.Head);
        if (cases.Count > 0)
        {
            Contestants.WriteModels(models, cases);
        }

        foreach (int threads in threadCounts)
        {
            if (cases.Count > 0)
            {
                using var contest = new Contest(threads, models, cases);
                peaks.Add(contest.PeakText);
                foreach (var c in cases)
                {
                    if (contest.Run(c) is { } row)
                    {
                        Add(row);
                    }
                    else
                    {
                        Console.Error.WriteLine($"Left out: {c.Name}: the model does not take such a batch, or gains nothing from 8 bits.");
                    }
                }
            }

            if (Wanted("AVX2 path", ""))
            {
                Limits.Avx2(threads).ToList().ForEach(Add);
            }
        }

        if (Wanted("whole training", "fashion"))
        {
            foreach (int threads in threadCounts)
            {
                Limits.Fashion(threads).ToList().ForEach(Add);
            }
        }

        if (threadCounts.Contains(2))
        {
            if (Wanted("peak memory", ""))
            {
                Limits.PeakMemory(AllCases.List().Where(c => c.Line.StartsWith("step", StringComparison.Ordinal))).ToList().ForEach(Add);
            }

            if (Wanted("second core busy", ""))
            {
                Limits.BusyCore().ToList().ForEach(Add);
            }

            if (Wanted(Row.LimitFamily, "first step"))
            {
                Add(Limits.FirstStep());
            }
        }

        // With as many threads as processors, the operating system is what would be measured.
        if (threadCounts.Contains(1))
        {
            foreach (var row in Tail.Run(1, seconds, models, Wanted))
            {
                Add(row);
            }
        }

        OnnxSummary.Of(rows).ToList().ForEach(Add);
        int missed = rows.Count(r => !r.Reached);
        Console.Out.WriteLine($"\n{rows.Count} rows, {rows.Count(r => r.Goal is not null)} with a goal, {missed} under it.");
        if (words.Length == 0 && threadCounts.Length == 2)
        {
            TableFile.Write(rows, peaks, load);
        }

        return 0;

        bool Wanted(string family, string name)
            => words.All(w => family.Contains(w, StringComparison.OrdinalIgnoreCase) || name.Contains(w, StringComparison.OrdinalIgnoreCase));

        void Add(Row row)
        {
            rows.Add(row);
            Console.Out.WriteLine(row);
            if (renew)
            {
                // At once, so that a run cut short leaves what it measured.
                TableFile.Renew(row);
            }
        }
    }
}
