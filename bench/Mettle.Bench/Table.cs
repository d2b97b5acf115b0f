using System.Globalization;
using System.Runtime.InteropServices;
using Mettle.Bench.Cases;

namespace Mettle.Bench;

/// <summary>Makes the table, and checks the committed one.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal static class Table
{
    private static readonly string Committed = Path.Combine(Path.GetDirectoryName(Contestants.Peers)!, "results", "table.md");

    /// <summary>Runs the cases whose family or name contains every given word (all, if none) and prints the table; a full run is also written.</summary>
    public static int Make(string[] words)
    {
        int[] threadCounts = words.Contains("--1") ? [1] : words.Contains("--2") ? [2] : [1, 2];
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
                        Console.Error.WriteLine($"Left out: {c.Name}: the model does not take such a batch.");
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

        int missed = rows.Count(r => !r.Reached);
        Console.Out.WriteLine($"\n{rows.Count} rows, {rows.Count(r => r.Goal is not null)} with a goal, {missed} under it.");
        if (words.Length == 0 && threadCounts.Length == 2)
        {
            Write(rows, peaks, load);
        }

        return 0;

        bool Wanted(string family, string name)
            => words.All(w => family.Contains(w, StringComparison.OrdinalIgnoreCase) || name.Contains(w, StringComparison.OrdinalIgnoreCase));

        void Add(Row row)
        {
            rows.Add(row);
            Console.Out.WriteLine(row);
        }
    }

    /// <summary>Names every row of the committed table that is under its goal; 1 if there is one, 2 without a table.</summary>
    public static int Check()
    {
        if (!File.Exists(Committed))
        {
            Console.Error.WriteLine("There is no bench/results/table.md yet: bench/run on an idle machine writes it.");
            return 2;
        }

        var rows = File.ReadLines(Committed).Select(Row.Parse).OfType<Row>().ToList();
        var missed = rows.Where(r => !r.Reached).ToList();
        foreach (var r in missed)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"under its goal: {r.Family}, {r.Name}, {r.Threads} thread(s): {r.Ratio:0.00} of {r.Goal:0.0#}"));
        }

        Console.Out.WriteLine($"{rows.Count} rows, {rows.Count(r => r.Goal is not null)} with a goal, {missed.Count} under it.");
        return missed.Count > 0 ? 1 : 0;
    }

    private static void Write(List<Row> rows, List<string> peaks, string load)
    {
        string processor = File.ReadLines("/proc/cpuinfo").First(l => l.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
        string text = $"""
            # Speed against the peers

            Written by `bench/run`; `bench/run --check-committed` names the rows under their goals.

            - Machine: {processor}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}, load at the start {load}.
            - Arithmetic peak, measured in registers: {string.Join("; ", peaks)}. Memory-bound rows are compared with a plain copy that moves as many bytes, int8 rows with the f32 peak.
            - Ratio: our speed over the best peer's, above 1: ours is faster; within 3 % counts as level where the goal is 1. Bold: under the goal.
            - Every figure is a median, the sides in turns, each in a process of its own: 11 batches with one thread; with two, 4 turns of 5
              batches, each turn after a pause in which the others' threads come to rest and 0.1 s of warming up.
            - Peers in their best configuration: PyTorch 1.13 (Debian) with `ATEN_CPU_CAPABILITY=avx512`, `OMP_WAIT_POLICY=passive`, channels-last
              images and weights, `foreach` optimisers and `set_to_none`; OpenBLAS with `OPENBLAS_CORETYPE` and `OPENBLAS_L2_SIZE` unset (it chooses its
              kernels itself); oneDNN's `dnnl_sgemm`; ONNX Runtime 1.30 through its C API with fixed buffers.

            {Row.Head}
            {string.Join('\n', rows)}

            """;
        Directory.CreateDirectory(Path.GetDirectoryName(Committed)!);
        File.WriteAllText(Committed + ".tmp", text);
        File.Move(Committed + ".tmp", Committed, overwrite: true);
        Console.Error.WriteLine("Written to bench/results/table.md.");
    }
}
