using System.Globalization;
using Mettle.Bench.Cases;
using Mettle.Bench.Sides;

namespace Mettle.Bench;

/// <summary>Times one side against the others on the same case, in turns, and keeps the medians.</summary>
internal sealed class Contest : IDisposable
{
    private const int Rounds = 11;
    private const double Slice = 0.02;

    // Thread pools of a side that has just run keep spinning on the second core: OpenBLAS's for about 30 ms. And threads that
    // wake up after a rest may share a core until the system's balancer moves one.
    private const int Pause = 60;
    private const double Settle = 0.1;
    private const int TurnsOfMany = 4;
    private const int BatchesPerTurn = 5;

    // Calls that take longer vary less, and are timed this often only.
    private const double LongCall = 0.1;
    private const int FewRounds = 5, FewBatches = 2;

    private readonly int threads;
    private readonly Side ours;
    private readonly List<Side> peers;
    private readonly double peakFlops;
    private readonly Dictionary<int, double> peakBytes = [];
    private readonly Side meter;

    public Contest(int threads, string models, IReadOnlyList<Case> cases)
    {
        this.threads = threads;
        ours = Contestants.Ours(threads, ("BENCH_MODELS", models));
        meter = Contestants.Ours(threads);
        peers = Contestants.All(threads, models, cases);
        meter.Prepare("peak-fma");
        peakFlops = Peaks.FmaFlops * threads / Enumerable.Range(0, Rounds).Min(_ => meter.Time(Slice));
    }

    public string PeakText => string.Create(CultureInfo.InvariantCulture, $"{threads} thread{(threads == 1 ? "" : "s")}: {peakFlops / 1e9:0} GFLOP/s");

    /// <summary>Null where the case asks for a batch that its model does not take.</summary>
    public Row? Run(Case c)
    {
        if (ours.Prepare(c.Line) is not { } expected)
        {
            return c.IsModel ? null : throw new InvalidOperationException($"Our side has no '{c.Line}'.");
        }

        bool inBytes = c.Kind == OnnxCases.QuantizedKind;
        var present = new List<Side>();
        foreach (var peer in peers)
        {
            // What our other process does for this case: the model as it is; for others nothing.
            string line = peer.Name == "ONNX Runtime" ? $"{c.Line} id={Contestants.Id(c)}"
                : peer.Name == Contestants.OursInF32 ? (inBytes ? c.Line.Replace(OnnxCases.QuantizedKind, OnnxCases.Kind, StringComparison.Ordinal) : "nothing")
                : c.Line;
            if (peer.Prepare(line) is { } check)
            {
                // Sides differ in the order of their sums; Winograd and deep models a little more, 8 bits much more.
                if (!(Math.Abs(check - expected) <= (inBytes ? 0.2 : 2e-3) * Math.Abs(expected)))
                {
                    throw new InvalidOperationException($"{peer.Name} computes something else for '{c.Line}': {check} instead of {expected}.");
                }

                present.Add(peer);
            }
        }

        Side[] sides = [ours, .. present];
        var times = sides.ToDictionary(s => s, _ => new List<double>());
        bool isLong = sides.Max(s => s.Time(0)) > LongCall;
        int rounds = threads > 1 && sides.Length > 1 ? TurnsOfMany : isLong ? FewRounds : Rounds;
        int batches = isLong ? FewBatches : BatchesPerTurn;
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < sides.Length; i++)
            {
                var side = sides[(i + round) % sides.Length];
                if (threads == 1 || sides.Length == 1)
                {
                    times[side].Add(side.Time(Slice));
                    continue;
                }

                Task.Delay(Pause).Wait();
                side.Time(Settle);
                times[side].AddRange(Enumerable.Range(0, batches).Select(_ => side.Time(Slice)));
            }
        }

        double mine = Units.Median(times[ours]);
        var ranked = present.Select(s => (s.Name, Time: Units.Median(times[s]))).OrderBy(p => p.Time).ToList();
        double ratio = ranked.Count == 0 ? double.NaN : ranked.First(p => !inBytes || p.Name == Contestants.OursInF32).Time / mine;
        string theirs = string.Join(", ", ranked.Select(p => $"{p.Name} {Units.Time(p.Time)}"));
        string own = c.IsModel ? $"{Units.Time(mine)}, {ours.Allocated():0} B" : Units.Time(mine);
        return new Row(c.Family, c.Name, threads, own, theirs, ratio, threads == 1 ? c.Goal : c.TwoThreadGoal, Share(c, mine));
    }

    public void Dispose()
    {
        ours.Dispose();
        meter.Dispose();
        peers.ForEach(p => p.Dispose());
    }

    private double? Share(Case c, double seconds)
    {
        if (c.Flops > 0)
        {
            return c.Flops / seconds / peakFlops;
        }

        return c.Bytes >= 1 << 16 ? c.Bytes / seconds / CopySpeed((int)c.Bytes) : null;
    }

    // The peak for memory-bound work is a plain copy that moves as many bytes, wherever in the caches these lie.
    private double CopySpeed(int bytes)
    {
        if (!peakBytes.TryGetValue(bytes, out double speed))
        {
            meter.Prepare($"peak-copy bytes={bytes}");
            speed = peakBytes[bytes] = bytes / Enumerable.Range(0, Rounds).Min(_ => meter.Time(Slice));
        }

        return speed;
    }
}
