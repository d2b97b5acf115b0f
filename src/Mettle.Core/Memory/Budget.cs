using System.Diagnostics;
using System.Globalization;

namespace Mettle;

/// <summary>
/// Limits on what this thread's ops may take between <see cref="Begin"/> and <see cref="Dispose"/>: memory, work, time. For models and
/// data of others, where a small file may ask for any amount. Budgets nest, and then all of them count. A thread without one pays
/// a comparison for each op and each block.
/// </summary>
/// <example><code>
/// using var budget = Budget.Begin(new() { Bytes = 256 &lt;&lt; 20, Time = TimeSpan.FromSeconds(2) });
/// var graph = OnnxGraphs.Trace(OnnxModel.Load(path));
/// </code></example>
/// <remarks>
/// Counted are the tensors that this thread makes, until they are freed, wherever that is. Scratch of kernels is not: it is of the
/// size of their operands. Nor are views, which take no memory.
/// </remarks>
public sealed class Budget : IDisposable
{
    // So that a loop over tiny ops ends as well: an op takes about as long as this many units of work.
    private const long WorkOfAnyOp = 2_000;

    // A trace remembers every op with its operands.
    private const long BytesOfTracedOp = 512;

    private readonly ResourceLimits limits;
    private readonly Budget? outer;
    private readonly ThreadContext home;
    private readonly long began = Stopwatch.GetTimestamp();
    private long bytes, peak, work;
    private bool open = true;

    private Budget(ResourceLimits limits, ThreadContext home)
    {
        this.limits = limits;
        this.home = home;
        outer = home.Budget;
    }

    /// <summary>The innermost budget of this thread, if any.</summary>
    public static Budget? Current => ThreadContext.Current.Budget;

    /// <summary>Bytes in use now.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Most bytes in use at once so far: of this thread's tensors alone, so the same in every run.</summary>
    public long PeakBytes => Interlocked.Read(ref peak);

    /// <summary>Work done so far, in the unit of <see cref="ResourceLimits.Work"/>.</summary>
    public long Work => work;

    /// <summary>Opens a budget on this thread.</summary>
    public static Budget Begin(ResourceLimits limits)
    {
        var here = ThreadContext.Current;
        return here.Budget = new Budget(limits, here);
    }

    /// <summary>
    /// For code beside the engine's ops: counts work before it is done. Throws <see cref="LimitException"/> where too little is left and
    /// <see cref="OperationCanceledException"/> where a stop was asked for; does nothing on a thread without a budget.
    /// </summary>
    public static void Spend(long work) => Current?.Charge(work, "This");

    /// <summary>
    /// For memory that is not a tensor's, such as strings: counts bytes as in use until the budget ends. Throws <see cref="LimitException"/>
    /// where that is too much.
    /// </summary>
    public static void Hold(long bytes) => Current?.Take(bytes);

    /// <summary>For memory that is soon free again: throws <see cref="LimitException"/> where <paramref name="bytes"/> more would not fit.</summary>
    public static void Require(long bytes) => Current?.Fit(bytes);

    /// <summary>
    /// Throws <see cref="LimitException"/> if the time is over and <see cref="OperationCanceledException"/> if a stop was asked for.
    /// </summary>
    public static void Check() => Current?.CheckStop();

    /// <summary>Ends the budget; throws <see cref="InvalidOperationException"/> on another thread or out of order.</summary>
    public void Dispose()
    {
        if (!open)
        {
            return;
        }

        if (!ReferenceEquals(ThreadContext.Current, home) || !ReferenceEquals(home.Budget, this))
        {
            throw new InvalidOperationException("A budget was ended on another thread or before one inside it. Do not await inside a budget; end inner ones first.");
        }

        open = false;
        home.Budget = outer;
    }

    /// <summary>Counts an op before it is run.</summary>
    internal void Apply(Op op, ReadOnlySpan<TensorSpec> inputs, TensorSpec[] outputs)
    {
        var cost = op.Cost(inputs, outputs);
        double total = (double)cost.Flops + cost.BytesRead + cost.BytesWritten + WorkOfAnyOp;

        // Counts beyond 63 bits wrap around; nothing that large is allowed.
        bool counted = cost is { Flops: >= 0, BytesRead: >= 0, BytesWritten: >= 0 } && total < long.MaxValue / 2;
        Charge(counted ? (long)total : long.MaxValue / 2, op.Name);
        if (home.Tracer is not null)
        {
            Take(BytesOfTracedOp);
        }
    }

    /// <summary>Counts bytes before they are taken.</summary>
    internal void Take(long more)
    {
        Fit(more);
        for (var budget = this; budget is not null; budget = budget.outer)
        {
            // Only the budget's own thread takes; any may give back.
            long now = Interlocked.Add(ref budget.bytes, more);
            if (now > budget.peak)
            {
                Interlocked.Exchange(ref budget.peak, now);
            }
        }
    }

    /// <summary>Counts bytes as free again; from any thread.</summary>
    internal void Give(long less)
    {
        for (var budget = this; budget is not null; budget = budget.outer)
        {
            Interlocked.Add(ref budget.bytes, -less);
        }
    }

    /// <summary>Fails where so many bytes more would be too many.</summary>
    internal void Fit(long more)
    {
        for (var budget = this; budget is not null; budget = budget.outer)
        {
            if (more > budget.limits.Bytes - budget.Bytes)
            {
                throw new LimitException(
                    $"{Number(more)} bytes more than the {Number(budget.Bytes)} in use are beyond the limit of {Number(budget.limits.Bytes)} bytes (ResourceLimits.Bytes).");
            }
        }
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private void Charge(long more, string what)
    {
        CheckStop();
        for (var budget = this; budget is not null; budget = budget.outer)
        {
            if (more > budget.limits.Work - budget.work)
            {
                throw new LimitException(
                    $"{what} would take {Number(more)} operations and bytes moved after {Number(budget.work)} before, beyond the limit of {Number(budget.limits.Work)} (ResourceLimits.Work).");
            }
        }

        for (var budget = this; budget is not null; budget = budget.outer)
        {
            budget.work += more;
        }
    }

    private void CheckStop()
    {
        for (var budget = this; budget is not null; budget = budget.outer)
        {
            budget.limits.Stop.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(budget.began) is var took && took > budget.limits.Time)
            {
                throw new LimitException($"{took.TotalSeconds:F1} s are beyond the limit of {budget.limits.Time.TotalSeconds:G3} s (ResourceLimits.Time).");
            }
        }
    }
}
