using System.Diagnostics;
using System.Globalization;

namespace Mettle.Bench;

/// <summary>A contestant: a child process that prepares a case and times batches of it when asked. Quiet while it is not asked.</summary>
internal sealed class Side : IDisposable
{
    private readonly Process process;

    private Side(string name, Process process) => (Name, this.process) = (name, process);

    public string Name { get; }

    public static Side Start(string name, int threads, string file, IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> variables)
        => new(name, Launch(threads, file, arguments, variables));

    /// <summary>Starts a program with every library's thread count set and the settings under which each peer is fastest.</summary>
    public static Process Launch(int threads, string file, IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> variables)
    {
        var info = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        string count = threads.ToString(CultureInfo.InvariantCulture);
        foreach (string name in (string[])["METTLE_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"])
        {
            info.Environment[name] = count;
        }

        // Left in place, these two make OpenBLAS run AVX2 kernels at half its speed.
        info.Environment.Remove("OPENBLAS_CORETYPE");
        info.Environment.Remove("OPENBLAS_L2_SIZE");
        info.Environment["ATEN_CPU_CAPABILITY"] = "avx512";
        info.Environment["OMP_WAIT_POLICY"] = "passive";
        foreach (var (name, value) in variables)
        {
            info.Environment[name] = value;
        }

        return Process.Start(info) ?? throw new InvalidOperationException($"{file} did not start.");
    }

    /// <summary>Prepares a case. Returns its check value, or null if this side has no such case.</summary>
    public double? Prepare(string line)
    {
        string answer = Ask($"case {line}");
        if (answer == "none")
        {
            return null;
        }

        return answer.StartsWith("ready ", StringComparison.Ordinal)
            ? double.Parse(answer.AsSpan(6), CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"{Name} cannot do '{line}': {answer}");
    }

    /// <summary>Seconds per call over a batch of about <paramref name="seconds"/>.</summary>
    public double Time(double seconds) => double.Parse(Ask(string.Create(CultureInfo.InvariantCulture, $"time {seconds}")), CultureInfo.InvariantCulture);

    /// <summary>Bytes of managed memory that a call allocates, on all threads.</summary>
    public double Allocated() => double.Parse(Ask("bytes"), CultureInfo.InvariantCulture);

    /// <summary>Times calls one by one for so long; they are added to those before.</summary>
    public void Loop(double seconds) => Ask(string.Create(CultureInfo.InvariantCulture, $"loop {seconds}"));

    /// <summary>Median and 99th percentile of the calls that <see cref="Loop"/> timed, in seconds.</summary>
    public (double P50, double P99) Percentiles()
    {
        double[] both = [.. Ask("percentiles").Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
        return (both[0], both[1]);
    }

    public void Dispose()
    {
        try
        {
            process.StandardInput.WriteLine("quit");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended by itself.
        }

        if (!process.WaitForExit(5000))
        {
            process.Kill();
        }

        process.Dispose();
    }

    private string Ask(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
        return process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{Name} ended while it was asked '{line}'.");
    }
}
