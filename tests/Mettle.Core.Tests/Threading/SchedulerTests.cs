using System.Diagnostics;
using System.Globalization;

namespace Mettle.Core.Tests.Threading;

public sealed unsafe class SchedulerTests(ITestOutputHelper output) : IDisposable
{
    private readonly int threads = Scheduler.Threads;

    public void Dispose() => Scheduler.Threads = threads;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void For_AnyThreads_RunsEveryIndexOnce(int count)
    {
        Scheduler.Threads = count;
        var seen = new int[10007];
        fixed (int* p = seen)
        {
            for (int round = 0; round < 20; round++)
            {
                Scheduler.For(seen.Length, new CountJob { Counts = p });
            }
        }

        Assert.All(seen, n => Assert.Equal(20, n));
    }

    [Fact]
    public void For_Empty_RunsNothing() => Scheduler.For(0, new ThrowJob { At = 0 });

    [Fact]
    public void For_Nested_RunsInline()
    {
        Scheduler.Threads = 3;
        var seen = new int[64];
        fixed (int* p = seen)
        {
            Scheduler.For(8, new NestedJob { Counts = p });
        }

        Assert.All(seen, n => Assert.Equal(1, n));
    }

    [Fact]
    public void For_EightCallersAtOnce_AllComplete()
    {
        Scheduler.Threads = 3;
        var wrong = new int[8];
        var start = new Barrier(8);
        var callers = Enumerable.Range(0, 8).Select(id => new Thread(() =>
        {
            var seen = new int[257];
            start.SignalAndWait();
            for (int round = 1; round <= 300; round++)
            {
                fixed (int* p = seen)
                {
                    Scheduler.For(seen.Length, new CountJob { Counts = p });
                }

                wrong[id] += seen.Count(n => n != round);
            }
        })).ToArray();
        Array.ForEach(callers, t => t.Start());
        Array.ForEach(callers, t => t.Join());
        Assert.All(wrong, n => Assert.Equal(0, n));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void For_JobThrows_CallerGetsTheExceptionAndTheSchedulerWorksOn(int count)
    {
        Scheduler.Threads = count;
        for (int round = 0; round < 20; round++)
        {
            var thrown = Assert.Throws<InvalidOperationException>(() => Scheduler.For(1000, new ThrowJob { At = 500 }));
            Assert.Equal("part 500", thrown.Message);
        }

        For_AnyThreads_RunsEveryIndexOnce(count);
    }

    [Fact]
    public void Threads_Changed_NextRegionsStillComplete()
    {
        foreach (int count in (int[])[4, 1, 3, 2, 5, 1, 4])
        {
            For_AnyThreads_RunsEveryIndexOnce(count);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void Threads_OutOfRange_Throws(int count)
        => Assert.Throws<ArgumentOutOfRangeException>(() => Scheduler.Threads = count);

    [Fact]
    public void For_AfterWarmUp_AllocatesNothing()
    {
        Scheduler.Threads = 2;
        var seen = new int[64];
        fixed (int* p = seen)
        {
            var job = new CountJob { Counts = p };
            for (int round = 0; round < 50; round++)
            {
                Scheduler.For(64, job);
            }

            // The process-wide count covers the workers as well; other threads of the test host may add a little once.
            long least = long.MaxValue;
            for (int attempt = 0; attempt < 5; attempt++)
            {
                long before = GC.GetTotalAllocatedBytes(precise: true);
                for (int round = 0; round < 1000; round++)
                {
                    Scheduler.For(64, job);
                }

                least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            }

            Assert.InRange(least, 0, 500);
        }
    }

    [Fact]
    public void For_WorkerHeldUp_CallerWorksAloneForAWhile()
    {
        Scheduler.Threads = 2;
        int caller = Environment.CurrentManagedThreadId;
        var ids = new int[64];
        bool alone = false;
        fixed (int* p = ids)
        {
            // Whether a worker joins at all depends on the machine: try until one did and was slow.
            for (int attempt = 0; attempt < 500 && !alone; attempt++)
            {
                Array.Clear(ids);
                Scheduler.For(2, new SlowElsewhereJob { Ids = p, Caller = caller });
                bool joined = ids[0] != caller || ids[1] != caller;
                Scheduler.For(ids.Length, new WhoJob { Ids = p });
                alone = joined && ids.All(id => id == caller);
            }
        }

        Assert.True(alone);
        For_AnyThreads_RunsEveryIndexOnce(2);
    }

    [Fact]
    public void For_EmptyRegion_CostIsPrinted()
    {
        Scheduler.Threads = 2;
        var seen = new int[2];
        fixed (int* p = seen)
        {
            var job = new CountJob { Counts = p };
            const int Rounds = 20000;
            Scheduler.For(2, job);
            long start = Stopwatch.GetTimestamp();
            for (int round = 0; round < Rounds; round++)
            {
                Scheduler.For(2, job);
            }

            double micros = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Rounds;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fork and join of two empty parts: {micros:F2} microseconds"));
        }

        Assert.Equal(20001, seen[0]);
    }

    private struct WhoJob : IJob
    {
        public int* Ids;

        public readonly void Run(int index) => Ids[index] = Environment.CurrentManagedThreadId;
    }

    private struct SlowElsewhereJob : IJob
    {
        public int* Ids;
        public int Caller;

        public readonly void Run(int index)
        {
            int self = Environment.CurrentManagedThreadId;
            Ids[index] = self;
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed.TotalMilliseconds < (self == Caller ? 0.2 : 4))
            {
                // Computing for as long as a core that others use might take.
            }
        }
    }

    private struct CountJob : IJob
    {
        public int* Counts;

        public readonly void Run(int index) => Interlocked.Increment(ref Counts[index]);
    }

    private struct NestedJob : IJob
    {
        public int* Counts;

        public readonly void Run(int index) => Scheduler.For(8, new CountJob { Counts = Counts + (8 * index) });
    }

    private struct ThrowJob : IJob
    {
        public int At;

        public readonly void Run(int index)
        {
            if (index == At)
            {
                throw new InvalidOperationException($"part {index}");
            }
        }
    }
}
