using System.Diagnostics;
using System.Globalization;

namespace Mettle.Onnx.Fuzz;

/// <summary>
/// Worker processes over a range of mutants. One that ends, hangs or takes too much memory is recorded with its mutant and
/// replaced; the mutant after it goes on.
/// </summary>
internal sealed class Campaign(long first, long count, ulong seed, int processes, string output, Mutants mutants)
{
    private const int Patience = 40;
    private const int Quiet = 200;
    private readonly Tally tally = new();
    private readonly Lock gate = new();

    /// <summary>Runs all and returns the number of faults.</summary>
    public int Run()
    {
        Directory.CreateDirectory(output);
        var began = Stopwatch.StartNew();
        Thread[] threads = [.. Enumerable.Range(0, processes).Select(w => new Thread(() => Follow(first + w)))];
        Array.ForEach(threads, t => t.Start());
        while (threads.Any(t => !t.Join(TimeSpan.FromSeconds(5))))
        {
            lock (gate)
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tally.Done} of {count} in {began.Elapsed.TotalSeconds:F0} s, {tally.Faults} faults"));
            }
        }

        Console.WriteLine(tally.Summary(began.Elapsed));
        return tally.Faults;
    }

    private void Follow(long from)
    {
        long next = from;
        while (next < first + count)
        {
            using var process = Start(next);
            var errors = process.StandardError.ReadToEndAsync();
            string? end = null;
            while (true)
            {
                var line = process.StandardOutput.ReadLineAsync();
                for (var waited = Stopwatch.StartNew(); !line.Wait(Quiet);)
                {
                    int memory = process.HasExited ? 0 : PeakMemory.Of(process.Id);
                    end = waited.Elapsed.TotalSeconds > Patience ? $"no answer for {Patience} s" : memory > 2 * Worker.MostMegabytes ? $"{memory} MB" : null;
                    if (end is not null)
                    {
                        process.Kill();
                        break;
                    }
                }

                if (end is not null || line.Result is not { } text)
                {
                    break;
                }

                string[] cells = text.Split('\t');
                next = long.Parse(cells[0], CultureInfo.InvariantCulture) + processes;
                Record(next - processes, new(Enum.Parse<Kind>(cells[1]), cells[4]), int.Parse(cells[2], CultureInfo.InvariantCulture), int.Parse(cells[3], CultureInfo.InvariantCulture));
            }

            process.WaitForExit();
            if (next < first + count)
            {
                string said = string.Join(" | ", errors.Result.Split('\n').Take(12));
                Record(next, new(end is null ? Kind.Crashed : end.EndsWith("MB", StringComparison.Ordinal) ? Kind.Large : Kind.Slow, $"{end ?? $"exit code {process.ExitCode}"}: {said}"), 0, 0);
                next += processes;
            }
        }
    }

    private void Record(long index, Verdict verdict, int time, int memory)
    {
        lock (gate)
        {
            tally.Add(index, verdict, time, memory);
            if (verdict.IsFault)
            {
                File.WriteAllBytes(Path.Combine(output, $"{index}-{verdict.Kind}.onnx"), mutants.Make(index).File);
                File.AppendAllText(Path.Combine(output, "faults.tsv"), $"{index}\t{verdict.Kind}\t{verdict.Detail}\n");
            }
        }
    }

    private Process Start(long from)
    {
        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Campaign).Assembly.Location);
        }

        foreach (long argument in (long[])[from, first + count, processes])
        {
            start.ArgumentList.Add(argument.ToString(CultureInfo.InvariantCulture));
        }

        start.ArgumentList.Insert(start.ArgumentList.Count - 3, Program.WorkerWord);
        start.ArgumentList.Add(seed.ToString(CultureInfo.InvariantCulture));
        start.Environment["METTLE_THREADS"] = "1";
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x30000000";
        start.Environment["DOTNET_GCgen0size"] = "0x1000000";
        start.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(start)!;
    }
}
