using System.Diagnostics;

namespace Mettle;

/// <summary>
/// Counts what this thread's ops cost between <see cref="Begin"/> and <see cref="Dispose"/>, forward and backward, and how long they
/// take. Meters nest; the innermost one counts. A thread without one pays two comparisons for each op.
/// </summary>
/// <remarks>
/// Work is what ops state (<see cref="Op.Cost"/>). A gradient counts the ops it applies; where a kernel of its own does the work, twice the
/// forward work of a fused op and once that of any other. So counts follow from shapes alone; only seconds are the clock's.
/// </remarks>
/// <example><code>
/// using var meter = CostMeter.Begin();
/// model.Forward(x, pass).Mean().Backward();
/// Console.WriteLine($"{meter.Total.Flops} operations in {meter.Applied} ops");
/// </code></example>
public sealed class CostMeter : IDisposable
{
    private readonly Dictionary<(string Op, string Place, bool IsBackward), OpCost> entries = [];
    private readonly List<(string Op, Cost Cost, double Seconds, Node? Node)> open = [];
    private readonly Dictionary<Node, string> places = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<Frame> frames = [];
    private readonly CostMeter? outer;
    private readonly ThreadContext home;

    private CostMeter(ThreadContext home)
    {
        this.home = home;
        outer = home.Meter;
    }

    /// <summary>What was counted so far, by op, place and direction, in order of first use.</summary>
    public IReadOnlyList<OpCost> Entries
    {
        get
        {
            Place("");
            return [.. entries.Values];
        }
    }

    /// <summary>All costs together.</summary>
    public Cost Total => Entries.Aggregate(default(Cost), (sum, e) => sum + e.Cost);

    /// <summary>How many ops were applied, gradients included.</summary>
    public long Applied => Entries.Sum(e => e.Times);

    /// <summary>The innermost meter of this thread, if any.</summary>
    public static CostMeter? Current => ThreadContext.Current.Meter;

    /// <summary>Begins to count on this thread.</summary>
    public static CostMeter Begin()
    {
        var here = ThreadContext.Current;
        return here.Meter = new CostMeter(here);
    }

    /// <summary>Says that the ops since the last call belong to <paramref name="place"/>, e.g. the path of a layer, and their gradients too.</summary>
    public void Place(string place)
    {
        foreach (var (op, cost, seconds, node) in open)
        {
            Count(op, place, isBackward: false, cost, seconds);
            if (node is not null)
            {
                places[node] = place;
            }
        }

        open.Clear();
    }

    /// <summary>Counts work that no op does, such as an update of weights.</summary>
    public void Count(string op, string place, bool isBackward, Cost cost, double seconds)
    {
        var key = (op, place, isBackward);
        var before = entries.GetValueOrDefault(key) ?? new OpCost(op, place, isBackward, 0, default, 0);
        entries[key] = before with { Times = before.Times + 1, Cost = before.Cost + cost, Seconds = before.Seconds + seconds };
    }

    /// <summary>Ends the count; throws <see cref="InvalidOperationException"/> on another thread or out of order.</summary>
    public void Dispose()
    {
        if (!ReferenceEquals(ThreadContext.Current, home) || !ReferenceEquals(home.Meter, this))
        {
            throw new InvalidOperationException("A cost meter was ended on another thread or before one inside it. End inner ones first.");
        }

        home.Meter = outer;
    }

    internal void Add(Op op, ReadOnlySpan<TensorSpec> inputs, TensorSpec[] results, Tensor[] outputs, long began)
    {
        var cost = op.Cost(inputs, results);
        if (frames.TryPeek(out var frame))
        {
            frame.Cost += cost;
            frame.Applied++;
        }
        else
        {
            open.Add((op.Name, cost, Stopwatch.GetElapsedTime(began).TotalSeconds, outputs.Length > 0 ? outputs[0].Node : null));
        }
    }

    /// <summary>The gradient of a node begins.</summary>
    internal void Enter()
    {
        if (frames.Count == 0)
        {
            Place("");
        }

        frames.Push(new Frame { Began = Stopwatch.GetTimestamp() });
    }

    /// <summary>It ends: its ops and time are the node's.</summary>
    internal void Leave(Node node)
    {
        var frame = frames.Pop();
        double seconds = Stopwatch.GetElapsedTime(frame.Began).TotalSeconds;
        var forward = node.Op.Cost([.. node.Operands.Select(t => t.Spec)], [.. node.Results.Select(t => t.Spec)]);
        long passes = node.Op is FusedOp fused ? fused.GradientPasses(node) : frame.Applied == 0 ? 1 : 0;
        var missing = passes * forward.Flops > frame.Inside.Flops + frame.Cost.Flops
            ? new Cost((passes * forward.Flops) - frame.Inside.Flops - frame.Cost.Flops, passes * forward.BytesRead, passes * forward.BytesWritten)
            : default;
        string place = places.GetValueOrDefault(node) ?? "";
        Count(node.Op.Name, place, isBackward: true, frame.Cost + missing, seconds - frame.InsideSeconds);
        if (frames.TryPeek(out var around))
        {
            around.Inside += frame.Inside + frame.Cost + missing;
            around.InsideSeconds += seconds;
        }
    }

    private sealed class Frame
    {
        public required long Began { get; init; }

        public Cost Cost { get; set; }

        public int Applied { get; set; }

        /// <summary>What gradients inside this one took.</summary>
        public Cost Inside { get; set; }

        public double InsideSeconds { get; set; }
    }
}

/// <summary>What a meter counted for one op at one place.</summary>
/// <param name="Op">Name of the op.</param>
/// <param name="Place">Where, see <see cref="CostMeter.Place"/>; "" where nobody said.</param>
/// <param name="IsBackward">Whether it is the gradient.</param>
/// <param name="Times">How often.</param>
/// <param name="Cost">Work and bytes.</param>
/// <param name="Seconds">Time on the clock.</param>
public sealed record OpCost(string Op, string Place, bool IsBackward, long Times, Cost Cost, double Seconds);
