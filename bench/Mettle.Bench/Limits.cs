using System.Diagnostics;
using System.Globalization;
using Mettle.Bench.Sides;

namespace Mettle.Bench;

/// <summary>What is measured over whole processes: the AVX2 path, a busy second core, start-up, peak memory, time to an accuracy.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal static class Limits
{
    private const int Rounds = 11;
    private const double Slice = 0.02;

    private static readonly (string Name, string Line, double Flops)[] Products =
    [
        ("256 x 256 by 256 x 256", "matmul m=256 k=256 n=256", 2.0 * 256 * 256 * 256),
        ("512 x 512 by 512 x 512", "matmul m=512 k=512 n=512", 2.0 * 512 * 512 * 512),
        ("1024 x 1024 by 1024 x 1024", "matmul m=1024 k=1024 n=1024", 2.0 * 1024 * 1024 * 1024),
        ("128 x 784 by 784 x 512", "matmul m=128 k=784 n=512", 2.0 * 128 * 784 * 512),
        ("3x3 64 to 64, 32 x 32x32, forward", "conv n=32 c=64 h=32 k=64 r=3 pad=1", 2.0 * 32 * 32 * 32 * 64 * 64 * 9),
    ];

    /// <summary>Without AVX-512: our share of what registers alone can do with AVX2.</summary>
    public static IEnumerable<Row> Avx2(int threads)
    {
        using var side = Contestants.Ours(threads, ("DOTNET_EnableAVX512", "0"));
        side.Prepare("peak-fma");
        double call = Enumerable.Range(0, Rounds).Min(_ => side.Time(Slice));
        double peak = threads * Peaks.Avx2FmaFlops / call;
        foreach (var (name, line, flops) in Products)
        {
            side.Prepare(line);
            double mine = Units.Median(Enumerable.Range(0, Rounds).Select(_ => side.Time(Slice)));
            double share = flops / mine / peak;
            yield return new Row("AVX2 path", name, threads, Units.Time(mine), string.Create(CultureInfo.InvariantCulture, $"AVX2 peak {peak / 1e9:0} GFLOP/s"), share, line.StartsWith("matmul", StringComparison.Ordinal) ? 0.9 : null, share);
        }
    }

    /// <summary>Two threads against one while another process keeps the second core busy.</summary>
    public static IEnumerable<Row> BusyCore()
    {
        using var spinner = Contestants.OurProcess(1, "--spin");
        spinner.ProcessorAffinity = 1 << 1;
        try
        {
            using var one = Contestants.Ours(1);
            using var two = Contestants.Ours(2);
            foreach (var (name, line) in Products.Select(p => (p.Name, p.Line)).Append(("training step, MLP 64-128-128-10", "step model=mlp-small batch=32")).Append(("training step, ResNet-8", "step model=resnet8 batch=64")))
            {
                one.Prepare(line);
                two.Prepare(line);
                var times = Enumerable.Range(0, 2 * Rounds).Select(_ => (One: one.Time(2 * Slice), Two: two.Time(2 * Slice))).ToList();
                double alone = Units.Median(times.Select(t => t.One)), both = Units.Median(times.Select(t => t.Two));
                yield return new Row("second core busy", name, 2, Units.Time(both), $"ours with 1 thread {Units.Time(alone)}", alone / both, 0.8, null);
            }
        }
        finally
        {
            spinner.Kill();
        }
    }

    /// <summary>From starting the process to the end of its first training step.</summary>
    public static Row FirstStep()
    {
        double mine = Units.Median(Enumerable.Range(0, 9).Select(_ => UntilLine(() => Contestants.OurProcess(2, "--first-step"))));
        double torch = Units.Median(Enumerable.Range(0, 3).Select(_ => UntilLine(() => Contestants.TorchProcess(2, "torch_whole.py", "first-step"))));
        return new Row(Row.LimitFamily, "process start to first training step, MLP 64-128-128-10 (limit 120 ms)", 2, Units.Time(mine), $"PyTorch {Units.Time(torch)}", 0.120 / mine, 1, null);
    }

    /// <summary>Highest resident memory of a process that takes 30 training steps.</summary>
    public static IEnumerable<Row> PeakMemory(IEnumerable<Case> steps)
    {
        foreach (var c in steps)
        {
            double mine = Answer(Contestants.OurProcess(2, "--peak", c.Line));
            double torch = Answer(Contestants.TorchProcess(2, "torch_whole.py", "peak", c.Line));
            yield return new Row("peak memory", c.Name, 2, Units.Mebibytes(mine), $"PyTorch {Units.Mebibytes(torch)}", torch / mine, 1, null);
        }
    }

    /// <summary>
    /// From starting the process to 90 % test accuracy on Fashion-MNIST; the median of three seeds each, in turns: with Winograd's
    /// convolutions, as who wants this soon would choose, and with direct ones.
    /// </summary>
    public static IEnumerable<Row> Fashion(int threads)
    {
        if (Environment.GetEnvironmentVariable("METTLE_DATA") is not { Length: > 0 } data)
        {
            Console.Error.WriteLine("METTLE_DATA is not set, so the time to 90 % on Fashion-MNIST is missing.");
            yield break;
        }

        var times = Enumerable.Range(1, 3).Select(seed =>
        {
            string text = seed.ToString(CultureInfo.InvariantCulture);
            return (
                Winograd: UntilLine(() => Contestants.OurProcess(threads, "--fashion", data, text, "winograd")),
                Torch: UntilLine(() => Contestants.TorchProcess(threads, "torch_whole.py", "fashion", data, text)),
                Direct: UntilLine(() => Contestants.OurProcess(threads, "--fashion", data, text)));
        }).ToList();
        double torch = Units.Median(times.Select(t => t.Torch));
        yield return Of("Winograd", times.Select(t => t.Winograd), 1.5);
        yield return Of("direct", times.Select(t => t.Direct), null);

        Row Of(string way, IEnumerable<double> mine, double? goal)
        {
            double median = Units.Median(mine);
            return new("whole training", $"process start to 90 % on Fashion-MNIST, CNN 16-32-64, {way} convolutions", threads, Units.Time(median), $"PyTorch {Units.Time(torch)}", torch / median, goal, null);
        }
    }

    private static double UntilLine(Func<Process> start)
    {
        // Our own clock: the process's would miss the start of its runtime.
        long begin = Stopwatch.GetTimestamp();
        using var process = start();
        string line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The process ended without a result.");
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        process.WaitForExit();
        return line == "done" ? seconds : throw new InvalidOperationException(line);
    }

    private static double Answer(Process process)
    {
        using (process)
        {
            string line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The process ended without a result.");
            process.WaitForExit();
            return double.Parse(line, CultureInfo.InvariantCulture);
        }
    }
}
