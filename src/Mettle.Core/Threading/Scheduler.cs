using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Mettle;

/// <summary>
/// Fork-join over a fixed set of worker threads. The caller works too and never waits for a worker that has not joined,
/// so a busy second core costs little but its help; where one held it up, the caller works alone for a while. Work is cut by shapes only: results do not depend on <see cref="Threads"/>.
/// </summary>
/// <remarks>One region runs at a time; a nested or concurrent call runs inline on its own thread.</remarks>
public static class Scheduler
{
    private const long Closed = 1L << 31;
    private const int SpinsBeforeYield = 1000;
    private const int SpinsBeforePark = 1500;
    private const int FreeSpins = 64;

    // A worker that is not given a core holds the caller up for longer than the part it took is worth.
    private static readonly long Stall = Stopwatch.Frequency / 5_000;
    private static readonly long ShortRest = Stopwatch.Frequency / 250;
    private static readonly long LongRest = Stopwatch.Frequency / 8;
    private static readonly SemaphoreSlim Wake = new(0);
    private static readonly Lock Starting = new();

    [ThreadStatic]
    private static bool inside;

    private static int threads = DefaultThreads();
    private static int started;
    private static int busy;
    private static int parked;

    // Written by the caller of the running region.
    private static long rest = ShortRest;
    private static long restUntil;

    // generation << 32 | closed << 31 | workers inside
    private static long state = Closed;
    private static JobSlot? job;

    /// <summary>
    /// Threads used by a region, the caller included. Starts as METTLE_THREADS, else the processors this process may use
    /// (cgroup limits count). Throws <see cref="ArgumentOutOfRangeException"/> below 1 or above 256.
    /// </summary>
    public static int Threads
    {
        get => threads;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 256);
            threads = value;
        }
    }

    /// <summary>Runs <paramref name="body"/> for 0..<paramref name="count"/>-1 and returns when all are done.</summary>
    public static void For<TJob>(int count, in TJob body)
        where TJob : struct, IJob
    {
        if (count <= 1 || threads == 1 || inside || IsResting() || Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            TJob local = body;
            for (int i = 0; i < count; i++)
            {
                local.Run(i);
            }

            return;
        }

        try
        {
            StartWorkers();
            JobSlot<TJob>.Instance.Body = body;
            Fork(JobSlot<TJob>.Instance, count);
        }
        finally
        {
            Volatile.Write(ref busy, 0);
        }
    }

    private static void Fork(JobSlot slot, int count)
    {
        slot.Begin(count, threads);
        Volatile.Write(ref job, slot);
        long generation = (Volatile.Read(ref state) >> 32) + 1;
        // A full fence: a worker counts itself as parked and then looks at the state again.
        Interlocked.Exchange(ref state, generation << 32);
        int asleep = Volatile.Read(ref parked);
        if (asleep > 0)
        {
            Wake.Release(Math.Min(asleep, threads - 1));
        }

        long began = Stopwatch.GetTimestamp();
        inside = true;
        slot.Work(0);
        inside = false;
        Interlocked.Or(ref state, Closed);
        if ((Volatile.Read(ref state) & (Closed - 1)) != 0)
        {
            // A worker may well be late by a part or two.
            Join(Math.Max(Stall, 2 * (Stopwatch.GetTimestamp() - began) * threads / count));
        }

        slot.Failure?.Throw();
    }

    private static void Join(long stall)
    {
        for (int i = 0; i < FreeSpins; i++)
        {
            Thread.SpinWait(8);
            if ((Volatile.Read(ref state) & (Closed - 1)) == 0)
            {
                return;
            }
        }

        long start = Stopwatch.GetTimestamp();
        var spin = default(SpinWait);
        while ((Volatile.Read(ref state) & (Closed - 1)) != 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        long now = Stopwatch.GetTimestamp();
        if (now - start > stall)
        {
            Volatile.Write(ref restUntil, now + rest);
            rest = Math.Min(2 * rest, LongRest);
        }
        else
        {
            rest = Math.Max(rest - (rest >> 4), ShortRest);
        }
    }

    // The other cores are busy: alone the caller is quicker. Only who does the work changes, never a bit.
    private static bool IsResting()
    {
        long until = Volatile.Read(ref restUntil);
        if (until == 0)
        {
            return false;
        }

        if (Stopwatch.GetTimestamp() < until)
        {
            return true;
        }

        Volatile.Write(ref restUntil, 0);
        return false;
    }

    private static void StartWorkers()
    {
        if (Volatile.Read(ref started) >= threads - 1)
        {
            return;
        }

        lock (Starting)
        {
            while (started < threads - 1)
            {
                int rank = ++started;
                new Thread(() => Worker(rank)) { IsBackground = true, Name = $"mettle-{rank}" }.Start();
            }
        }
    }

    private static void Worker(int rank)
    {
        inside = true;
        long seen = 0;
        while (true)
        {
            long now = Volatile.Read(ref state);
            int spins = 0;
            while (now >> 32 == seen || (now & Closed) != 0)
            {
                if (++spins < SpinsBeforeYield)
                {
                    Thread.SpinWait(8);
                }
                else if (spins < SpinsBeforePark)
                {
                    // Whoever waits for this core, the caller perhaps, goes first.
                    Thread.Yield();
                }
                else
                {
                    Interlocked.Increment(ref parked);
                    now = Volatile.Read(ref state);
                    if (now >> 32 == seen || (now & Closed) != 0)
                    {
                        Wake.Wait();
                    }

                    Interlocked.Decrement(ref parked);
                    spins = 0;
                }

                now = Volatile.Read(ref state);
            }

            seen = now >> 32;
            if (rank < Volatile.Read(ref threads) && Interlocked.CompareExchange(ref state, now + 1, now) == now)
            {
                Volatile.Read(ref job)!.Work(rank);
                Interlocked.Decrement(ref state);
            }
            else
            {
                // Another worker joined first and changed the count: look again.
                seen = rank < Volatile.Read(ref threads) ? seen - 1 : seen;
            }
        }
    }

    private static int DefaultThreads()
        => int.TryParse(Environment.GetEnvironmentVariable("METTLE_THREADS"), out int n) && n is >= 1 and <= 256
            ? n
            : Math.Clamp(Environment.ProcessorCount, 1, 256);

    private abstract class JobSlot
    {
        // One region runs at a time, so all share them.
        private static Share[] shares = [];
        private int sharers;

        public ExceptionDispatchInfo? Failure { get; private set; }

        public void Begin(int count, int sharers)
        {
            Failure = null;
            this.sharers = sharers;
            if (shares.Length < sharers)
            {
                shares = new Share[sharers];
            }

            for (int i = 0; i < sharers; i++)
            {
                shares[i].End = (int)((long)count * (i + 1) / sharers);
                Volatile.Write(ref shares[i].Next, (int)((long)count * i / sharers));
            }
        }

        /// <summary>Does the parts that fall to <paramref name="rank"/>, then what the others have left.</summary>
        public abstract void Work(int rank);

        /// <summary>Takes the next part of the thread's own share, then some of another's; false if none is left at all.</summary>
        protected bool Take(int rank, ref int helped, out int from, out int to)
        {
            for (; helped < sharers; helped++)
            {
                ref var share = ref shares[(rank + helped) % sharers];
                int left = share.End - Volatile.Read(ref share.Next);
                if (left > 0)
                {
                    // A helper disturbs the owner at each turn: rather a few times.
                    int wanted = helped == 0 ? 1 : (left + sharers - 1) / sharers;
                    to = Interlocked.Add(ref share.Next, wanted);
                    from = to - wanted;
                    to = Math.Min(to, share.End);
                    if (from < to)
                    {
                        return true;
                    }
                }
            }

            (from, to) = (0, 0);
            return false;
        }

        /// <summary>Carries the error to the caller, which rethrows it; the remaining parts are abandoned.</summary>
        protected void Abandon(Exception e)
        {
            Failure = ExceptionDispatchInfo.Capture(e);
            for (int i = 0; i < sharers; i++)
            {
                Volatile.Write(ref shares[i].Next, shares[i].End);
            }
        }
    }

    private sealed class JobSlot<TJob> : JobSlot
        where TJob : struct, IJob
    {
        public static readonly JobSlot<TJob> Instance = new();

        public TJob Body;

        public override void Work(int rank)
        {
            try
            {
                // A copy on the thread's own stack: no other thread's write takes its cache lines away.
                TJob own = Body;
                int helped = 0;
                while (Take(rank, ref helped, out int from, out int to))
                {
                    for (int i = from; i < to; i++)
                    {
                        own.Run(i);
                    }
                }
            }
            catch (Exception e)
            {
                Abandon(e);
            }
        }
    }

    // Parts of a region that one thread does unless it is late, the same of each region: its core then finds in its own cache
    // what it wrote in the region before. Written for each part, so nothing else lies in its cache line.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Share
    {
        [FieldOffset(64)]
        public int Next;

        [FieldOffset(68)]
        public int End;
    }
}
