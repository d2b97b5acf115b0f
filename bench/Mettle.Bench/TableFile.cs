using System.Globalization;
using System.Runtime.InteropServices;
using Mettle.Bench.Cases;

namespace Mettle.Bench;

/// <summary>The committed table: written whole, renewed in part, and checked.</summary>
internal static class TableFile
{
    private const string Machine = "- Machine:", Peak = "- Arithmetic peak";

    private static readonly string Committed = Path.Combine(Path.GetDirectoryName(Contestants.Peers)!, "results", "table.md");

    /// <summary>Names every row that is under its goal; 1 if there is one, 2 without a table.</summary>
    public static int Check()
    {
        if (!File.Exists(Committed))
        {
            Console.Error.WriteLine("There is no bench/results/table.md yet: bench/run on an idle machine writes it.");
            return 2;
        }

        var rows = Rows();
        var missed = rows.Where(r => !r.Reached).ToList();
        foreach (var r in missed)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"under its goal: {r.Family}, {r.Name}, {r.Threads} thread(s): {r.Ratio:0.00} of {r.Goal:0.0#}"));
        }

        Console.Out.WriteLine($"{rows.Count} rows, {rows.Count(r => r.Goal is not null)} with a goal, {missed.Count} under it.");
        return missed.Count > 0 ? 1 : 0;
    }

    /// <summary>All rows anew.</summary>
    public static void Write(IEnumerable<Row> rows, IEnumerable<string> peaks, string load)
    {
        string processor = File.ReadLines("/proc/cpuinfo").First(l => l.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
        Write(
            $"{Machine} {processor}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}, load at the start {load}.",
            $"{Peak}, measured in registers: {string.Join("; ", peaks)}. Memory-bound rows are compared with a plain copy that moves as many bytes, int8 rows with the f32 peak.",
            rows);
        Console.Error.WriteLine("Written to bench/results/table.md.");
    }

    /// <summary>Puts <paramref name="row"/> in the place of the same row; a new one comes after those of its family.</summary>
    public static void Renew(Row row)
    {
        if (row.Family == OnnxSummary.Family)
        {
            return;
        }

        var rows = Rows().Where(r => r.Family != OnnxSummary.Family).ToList();
        int at = rows.FindIndex(r => (r.Family, r.Name, r.Threads) == (row.Family, row.Name, row.Threads));
        if (at >= 0)
        {
            rows[at] = row;
        }
        else
        {
            int last = rows.FindLastIndex(r => r.Family == row.Family && r.Threads <= row.Threads);
            rows.Insert(last < 0 ? rows.Count : last + 1, row);
        }

        string[] lines = File.ReadAllLines(Committed);
        Write(lines.First(l => l.StartsWith(Machine, StringComparison.Ordinal)), lines.First(l => l.StartsWith(Peak, StringComparison.Ordinal)), [.. rows, .. OnnxSummary.Of(rows)]);
    }

    private static List<Row> Rows() => [.. File.ReadLines(Committed).Select(Row.Parse).OfType<Row>()];

    private static void Write(string machine, string peak, IEnumerable<Row> rows)
    {
        string text = $"""
            # Speed against the peers

            Written by `bench/run`; `bench/run --check-committed` names the rows under their goals.

            {machine}
            {peak}
            - Ratio: our speed over the best peer's, above 1: ours is faster; within 3 % counts as level where the goal is 1. Bold: under the goal.
            - Every figure is a median, the sides in turns, each in a process of its own: 11 batches with one thread; with two, 4 turns of 5
              batches, each turn after a pause in which the others' threads come to rest and 0.1 s of warming up; about half as many where a
              call takes over 0.1 s.
            - Peers in their best configuration: PyTorch 1.13 (Debian) with `ATEN_CPU_CAPABILITY=avx512`, `OMP_WAIT_POLICY=passive`, channels-last
              images and weights, `foreach` optimisers and `set_to_none`; OpenBLAS with `OPENBLAS_CORETYPE` and `OPENBLAS_L2_SIZE` unset (it chooses its
              kernels itself); oneDNN's `dnnl_sgemm`; ONNX Runtime 1.30 through its C API with fixed buffers.
            - Rows of ONNX models: recorded inputs, repeated over the batch, and results found equal to the recorded ones on both sides. After our
              time stands the managed memory that a call allocates. ONNX Runtime has all optimisations on, and its waiting threads spin or
              sleep, whichever was faster for the model. In 8 bits: the model quantised here, against our own f32; ONNX Runtime's time for the
              same quantised file is for information. Latencies: 99th percentile over median, with both times.

            {Row.Head}
            {string.Join('\n', rows)}

            """;
        Directory.CreateDirectory(Path.GetDirectoryName(Committed)!);
        File.WriteAllText(Committed + ".tmp", text);
        File.Move(Committed + ".tmp", Committed, overwrite: true);
    }
}
