using System.Diagnostics;
using System.Globalization;
using Mettle.Onnx;

namespace Mettle.Bench;

/// <summary>
/// The child's end of the protocol, one line each way: "case LINE" prepares and answers "ready CHECK", "none" or "error WHY";
/// "time SECONDS" answers seconds per call over a batch that long. The Python side speaks the same. "bytes", ours only, answers the
/// managed memory that a call allocates; "loop SECONDS" times calls one by one, and "percentiles" answers the 50th and 99th of them.
/// </summary>
internal static class Server
{
    private const double LongCall = 0.05, Settle = 0.02;

    public static int Run(Func<Arguments, Work?> prepare)
    {
        Work? work = null;
        var latencies = new Latencies();
        double estimate = 0;
        while (Console.In.ReadLine() is { } line && line != "quit")
        {
            string answer;
            if (line.StartsWith("case ", StringComparison.Ordinal))
            {
                try
                {
                    latencies = new();
                    work = prepare(new Arguments(line[5..]));
                    answer = work is null ? "none" : $"ready {work.Check().ToString("R", CultureInfo.InvariantCulture)}";
                    estimate = work is null ? 0 : WarmUp(work.Call);
                }
                catch (Exception e) when (e is ArgumentException or InvalidOperationException or DllNotFoundException or KeyNotFoundException or EntryPointNotFoundException or OnnxException)
                {
                    answer = $"error {e.Message.ReplaceLineEndings(" ")}";
                }
            }
            else if (line.StartsWith("loop ", StringComparison.Ordinal))
            {
                Batch(work!.Call, 1 + (int)(Settle / estimate));
                Loop(work.Call, double.Parse(line.AsSpan("loop ".Length), CultureInfo.InvariantCulture), latencies);
                answer = "done";
            }
            else if (line == "percentiles")
            {
                answer = string.Create(CultureInfo.InvariantCulture, $"{latencies.Quantile(0.5) / Stopwatch.Frequency:R} {latencies.Quantile(0.99) / Stopwatch.Frequency:R}");
            }
            else if (line == "bytes")
            {
                answer = Allocated(work!.Call, Math.Clamp((int)(0.05 / estimate), 3, 1000)).ToString("R", CultureInfo.InvariantCulture);
            }
            else
            {
                double seconds = double.Parse(line.AsSpan("time ".Length), CultureInfo.InvariantCulture);
                int calls = Math.Max(1, (int)(seconds / estimate));
                // Others have used the caches, and our own threads may sleep; a long call does not mind.
                Batch(work!.Call, estimate > LongCall ? 0 : 1 + (calls / 8));
                answer = Batch(work.Call, calls).ToString("R", CultureInfo.InvariantCulture);
            }

            Console.Out.WriteLine(answer);
        }

        return 0;
    }

    private static double WarmUp(Action call)
    {
        var clock = Stopwatch.StartNew();
        int calls = 0;
        while (clock.ElapsedMilliseconds < 150 || calls < 3)
        {
            call();
            calls++;
        }

        return Batch(call, Math.Max(1, calls / 8));
    }

    private static void Loop(Action call, double seconds, Latencies latencies)
    {
        long last = Stopwatch.GetTimestamp(), end = last + (long)(seconds * Stopwatch.Frequency);
        while (last < end)
        {
            long start = Stopwatch.GetTimestamp();
            call();
            last = Stopwatch.GetTimestamp();
            latencies.Add(last - start);
        }
    }

    private static double Allocated(Action call, int times)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < times; i++)
        {
            call();
        }

        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / times;
    }

    private static double Batch(Action call, int times)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++)
        {
            call();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / times;
    }
}
