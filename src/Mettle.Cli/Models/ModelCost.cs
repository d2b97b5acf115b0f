using System.Diagnostics;
using System.Globalization;
using Mettle.Cli.Inputs;
using Mettle.Graphs;
using Mettle.Onnx;

namespace Mettle.Cli.Models;

/// <summary>What one call of a model takes, measured with random inputs of stated shapes.</summary>
internal sealed record ModelCost
{
    // Half the time is for the runtime, which compiles hot code better after a while.
    private const double WarmUp = 0.4, Measuring = 0.6;
    private const int FewestCalls = 3, MostCalls = 20000, Rounds = 9;
    private const long MostBytes = 8L << 30;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    // Sizes that stand in where a file leaves one open; the first that the model can be run with.
    private static readonly int[] Sizes = [16, 64, 224, 1, 256, 512];

    /// <summary>Shapes of the inputs.</summary>
    public required IReadOnlyDictionary<string, string> Shapes { get; init; }

    /// <summary>What was assumed for open dimensions; "" where there are none.</summary>
    public required string Assumed { get; init; }

    /// <summary>Why it ran node by node; null where it ran by a plan. Without a plan there is no count of work.</summary>
    public string? Fallback { get; init; }

    public long Flops { get; init; }

    /// <summary>Bytes that the steps read and write.</summary>
    public long BytesMoved { get; init; }

    public long WorkspaceBytes { get; init; }

    public int Steps { get; init; }

    public required double MedianMilliseconds { get; init; }

    public required double FastestMilliseconds { get; init; }

    public required int Threads { get; init; }

    public IReadOnlyList<StepCost> Slowest { get; init; } = [];

    /// <summary>Whether an output of random inputs held NaN.</summary>
    public required IReadOnlyList<string> NanOutputs { get; init; }

    /// <summary>Measures for about two seconds; null with the reason where no shape was found that the model runs with.</summary>
    /// <param name="model">A model that can be run.</param>
    /// <param name="given">Shapes that the user named.</param>
    /// <param name="problem">Why there is no measurement.</param>
    /// <exception cref="BadInputException">A shape was named that does not fit.</exception>
    public static ModelCost? Measure(OnnxModel model, IReadOnlyDictionary<string, Shape> given, out string? problem)
    {
        InputPort[] ports = InputPort.Of(model);
        foreach (string name in given.Keys)
            if (!Array.Exists(ports, p => p.Name == name)) throw new BadInputException($"--shape {name}: the model has no such input; there are {string.Join(", ", ports.Select(p => p.ToString()))}");
        InputPort[] free = [.. ports.Where(p => !given.ContainsKey(p.Name))];
        bool open = Array.Exists(free, p => p.Dims is null || p.Dims.Contains(null)), further = Array.Exists(free, p => p.Dims is { } d && d.Skip(1).Contains(null));
        problem = null;
        // A file of others may ask for any amount.
        using var deadline = new CancellationTokenSource(Longest);
        using var budget = Budget.Begin(new() { Bytes = MostBytes, Work = long.MaxValue, Stop = deadline.Token });
        foreach (var (size, lastOnly) in further ? Sizes.SelectMany(s => new[] { (s, false), (s, true) }) : [(1, false)])
        {
            using var scope = MemoryScope.Begin("examine");
            using var quiet = Autograd.NoGrad();
            try
            {
                return Measure(model, ports.ToDictionary(p => p.Name, p => Random(p, given.TryGetValue(p.Name, out var s) ? s : Assume(p, size, lastOnly)), StringComparer.Ordinal), !open ? "" : $"1 for the open first axis{(further ? $", {size} for {(lastOnly ? "an open last one, 1 for others" : "others that are open")}" : "")}; --shape NAME=SIZES says otherwise");
            }
            catch (Exception e) when (e is OnnxException or LimitException or OperationCanceledException or ArgumentException or InvalidOperationException or OverflowException or NotSupportedException)
            {
                problem ??= $"it does not run with random inputs{(open ? " of the sizes that were tried; --shape NAME=SIZES names others" : "")}: {e.Message}";
            }
        }

        return null;
    }

    private static ModelCost Measure(OnnxModel model, Dictionary<string, OnnxValue> inputs, string assumed)
    {
        var runner = new ModelRunner(model);
        OnnxValue[] first = runner.Run(inputs);
        var cost = new ModelCost
        {
            Shapes = inputs.ToDictionary(i => i.Key, i => i.Value.Describe(), StringComparer.Ordinal),
            Assumed = assumed,
            Fallback = runner.Fallback,
            Threads = Scheduler.Threads,
            MedianMilliseconds = 0,
            FastestMilliseconds = 0,
            NanOutputs = [.. model.Graph.Outputs.Zip(first).Where(o => o.Second is TensorValue t && t.Type.IsFloat() && Array.Exists(t.Tensor.To(DType.F64).ToArray<double>(), double.IsNaN)).Select(o => o.First.Name)],
        };
        if (runner.PlanFor(inputs) is not { } plan)
        {
            double[] slow = Times(() =>
            {
                using var each = MemoryScope.Begin("call");
                runner.Run(inputs);
            });
            return cost with { MedianMilliseconds = slow[slow.Length / 2], FastestMilliseconds = slow[0] };
        }

        Tensor[] given = [.. plan.Graph.Inputs.Select(v => ((TensorValue)inputs[v.Name]).Tensor)];
        Tensor[] outputs = plan.Run(given);
        double[] times = Times(() => plan.Run(given, outputs));
        var profile = Profile(plan, Math.Clamp(times.Length / 2, Rounds, MostCalls), given);
        double all = profile.Sum(s => s.Seconds);
        return cost with
        {
            Flops = plan.Graph.Flops,
            BytesMoved = plan.Graph.Nodes.Sum(n => n.Cost.BytesRead + n.Cost.BytesWritten),
            WorkspaceBytes = plan.WorkspaceBytes,
            Steps = plan.Steps,
            MedianMilliseconds = times[times.Length / 2],
            FastestMilliseconds = times[0],
            Slowest = [.. profile.OrderByDescending(s => s.Seconds).Take(8).Select(s => new StepCost(
                s.Node.Op.Name, string.Join(", ", s.Node.Outputs.Select(o => o.Spec.ToString())), s.Seconds * 1000, all > 0 ? s.Seconds / all : 0, s.Node.Cost.Flops, s.Seconds > 0 ? s.Node.Cost.Flops / s.Seconds / 1e9 : 0))],
        };
    }

    // Of several rounds the middle one, step by step: whatever else the machine does meanwhile hits one of them.
    private static List<StepProfile> Profile(Plan plan, int calls, Tensor[] given)
    {
        var rounds = Enumerable.Range(0, Rounds).Select(_ => plan.Profile(calls / Rounds, given)).ToList();
        return [.. rounds[0].Select((s, i) => s with { Seconds = rounds.Select(r => r[i].Seconds).Order().ElementAt(Rounds / 2) })];
    }

    // Milliseconds in rising order.
    private static double[] Times(Action call)
    {
        long begin = Stopwatch.GetTimestamp();
        do call();
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < WarmUp);
        begin = Stopwatch.GetTimestamp();
        var times = new List<double>();
        while (times.Count < FewestCalls || (times.Count < MostCalls && Stopwatch.GetElapsedTime(begin).TotalSeconds < Measuring))
        {
            long start = Stopwatch.GetTimestamp();
            call();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return [.. times];
    }

    private static Shape Assume(InputPort port, int size, bool lastOnly)
        => port.Dims is null ? [1] : new Shape([.. port.Dims.Select((d, i) => d ?? (i == 0 || (lastOnly && i < port.Dims.Length - 1) ? 1 : size))]);

    // Fractions from 0 to 1; whole numbers 0 and 1, which are indices of almost anything.
    private static OnnxValue Random(InputPort port, Shape shape)
    {
        if (port.Element == ElementType.Text) return new TextValue([.. Enumerable.Repeat("", checked((int)shape.Count))], shape);
        if (!port.Fits(shape, anyRows: false)) throw new BadInputException($"--shape {port.Name}={string.Join(',', shape.Dims.ToArray().Select(d => d.ToString(CultureInfo.InvariantCulture)))}: does not fit the input {port}");
        Tensor uniform = Tensor.Uniform(RandomKey.FromSeed(1).For(port.Name), shape, 0, port.Element.IsFloat() ? 1 : 2);
        return new TensorValue((port.Element.IsFloat() ? uniform : uniform.To(DType.I32)).To(port.Element.Storage()), port.Element);
    }
}

/// <summary>What a step takes.</summary>
internal sealed record StepCost(string Op, string Result, double Milliseconds, double Share, long Flops, double GigaflopsPerSecond);
