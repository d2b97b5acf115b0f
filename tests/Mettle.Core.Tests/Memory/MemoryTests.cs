using System.Runtime.CompilerServices;

namespace Mettle.Core.Tests.Memories;

[NoLeaks]
public sealed unsafe class MemoryTests
{
    [Fact]
    public void Apply_OutsideScope_FreesTheKernelsTemporaries()
    {
        long before = NoLeaksAttribute.Settled();
        var x = Tensor.Ones([3, 5, 7]);
        // Neither the kept nor the summed elements are adjacent, so the kernel copies them first.
        var y = x.Permute(2, 0, 1).Narrow(2, 0, 5, 2).Sum(1);
        Assert.Equal(before + 2, Memory.LiveBlocks);
        x.Release();
        y.Release();
    }

    [Fact]
    public void Allocate_MoreElementsThanStridesCanName_Throws()
        => Assert.Contains("[65536, 65536]", Assert.Throws<ArgumentException>(() => Tensor.Zeros([65536, 65536], DType.Bool)).Message);

    [Fact]
    public void Leaked_ScopelessTensorCollected_IsReportedOnce()
    {
        NoLeaksAttribute.Settled();
        long before = Memory.LeakedBlocks, live = Memory.LiveBlocks, bytes = 0;
        void OnLeak(long size) => Interlocked.Add(ref bytes, size);
        Memory.Leaked += OnLeak;
        try
        {
            Lose();
            for (int i = 0; i < 5 && Memory.LeakedBlocks == before; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            Memory.Leaked -= OnLeak;
        }

        Assert.Equal(before + 1, Memory.LeakedBlocks);
        Assert.Equal(4096, Interlocked.Read(ref bytes));
        Assert.Equal(live, Memory.LiveBlocks);
    }

    [Fact]
    public void Leaked_ReleasedOrPersistedTensor_IsNotReported()
    {
        NoLeaksAttribute.Settled();
        long before = Memory.LeakedBlocks, live = Memory.LiveBlocks;
        Tensor.Ones([1024]).Release();
        Drop();
        for (int i = 0; i < 5 && Memory.LiveBlocks > live; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(live, Memory.LiveBlocks);
        Assert.Equal(before, Memory.LeakedBlocks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    [InlineData(123457)]
    public void Allocate_AnySize_IsAlignedAndWastesAtMostAQuarter(long bytes)
    {
        void* p = Memory.Allocate(bytes, out long size);
        Assert.Equal(0, (nint)p % 64);
        Assert.InRange(size, Math.Max(64, bytes), Math.Max(64, bytes + Math.Max(63, bytes / 4)));
        Memory.Return(p, size);
    }

    [Fact]
    public void Allocate_AfterReturn_ReusesTheBlock()
    {
        void* first = Memory.Allocate(100_000, out long size);
        long live = Memory.LiveBytes, cached = Memory.CachedBytes;
        Memory.Return(first, size);
        Assert.Equal((live - size, cached + size), (Memory.LiveBytes, Memory.CachedBytes));
        void* second = Memory.Allocate(100_000, out _);
        Assert.Equal((nint)first, (nint)second);
        Memory.Return(second, size);
    }

    [Fact]
    public void Trim_CachedBlocks_GoBackToTheSystem()
    {
        Memory.Return(Memory.Allocate(5000, out long size), size);
        Assert.True(Memory.CachedBytes >= size);
        Assert.Equal(0, TrimAll());
    }

    [Fact]
    public void Trim_BlocksThatAnotherThreadCached_GoBackToo()
    {
        using var cached = new ManualResetEventSlim();
        using var trimmed = new ManualResetEventSlim();
        bool again = false;
        var other = new Thread(() =>
        {
            Memory.Return(Memory.Allocate(3000, out long size), size);
            cached.Set();
            trimmed.Wait();
            void* p = Memory.Allocate(3000, out size);
            again = p is not null;
            Memory.Return(p, size);
        });
        other.Start();
        cached.Wait();
        long left = TrimAll();
        trimmed.Set();
        other.Join();
        Assert.Equal(0, left);
        Assert.True(again);
    }

    [Fact]
    public void Trim_WhileOtherThreadsAllocate_LosesNoBlock()
    {
        long live = Memory.LiveBlocks;
        int wrong = 0;
        bool done = false;
        var threads = Enumerable.Range(1, 3).Select(id => new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                long* p = (long*)Memory.Allocate(64 * (1 + (id % 2)), out long size);
                *p = id;
                Thread.Yield();
                wrong += *p == id ? 0 : 1;
                Memory.Return(p, size);
            }
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        for (int i = 0; i < 200; i++)
        {
            Memory.Trim();
        }

        Volatile.Write(ref done, true);
        Array.ForEach(threads, t => t.Join());
        Assert.Equal(0, wrong);
        Assert.Equal(live, Memory.LiveBlocks);
    }

    [Fact]
    public void Return_ManySizesOneAfterTheOther_DoesNotPileUp()
    {
        Memory.Trim();
        for (int i = 0; i < 40; i++)
        {
            Memory.Return(Memory.Allocate((20L << 20) << (i / 10), out long size), size);
            Memory.Return(Memory.Allocate((25L << 20) << (i / 10), out size), size);
            Memory.Return(Memory.Allocate((30L << 20) << (i / 10), out size), size);
            Memory.Return(Memory.Allocate((35L << 20) << (i / 10), out size), size);
        }

        // Together the sizes are 1.6 GiB, the largest alone 280 MiB.
        Assert.InRange(Memory.CachedBytes, 0, 800L << 20);
        Memory.Trim();
    }

    [Fact]
    public void Return_ByAnotherThread_CountsOnce()
    {
        long live = Memory.LiveBlocks, bytes = Memory.LiveBytes;
        void* p = Memory.Allocate(5000, out long size);
        var other = new Thread(() => Memory.Return(p, size));
        other.Start();
        other.Join();
        Assert.Equal((live, bytes), (Memory.LiveBlocks, Memory.LiveBytes));
        for (int i = 0; i < 3; i++)
        {
            // The thread's cache goes with it.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // Garbage of earlier tests may go as well, nothing may be added.
        Assert.InRange(Memory.LiveBlocks, 0, live);
        Assert.InRange(Memory.LiveBytes, 0, bytes);
    }

    [Fact]
    public void PeakBytes_AfterReset_FollowsTheLargestMoment()
    {
        Memory.ResetPeak();
        long start = Memory.LiveBytes;
        using (MemoryScope.Begin())
        {
            Tensor.Zeros([1 << 18]);
        }

        Assert.True(Memory.PeakBytes >= start + (1 << 20));
        Memory.ResetPeak();
        Assert.Equal(Memory.LiveBytes, Memory.PeakBytes);
    }

    [Fact]
    public void Allocate_ManyThreads_NeverHandsOutABlockTwice()
    {
        var wrong = 0;
        var threads = Enumerable.Range(1, 4).Select(id => new Thread(() =>
        {
            for (int n = 0; n < 5000; n++)
            {
                long* p = (long*)Memory.Allocate(64 * (1 + (n % 7)), out long size);
                *p = id;
                Thread.Yield();
                wrong += *p == id ? 0 : 1;
                Memory.Return(p, size);
            }
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void NoLeaks_TestThatLeaks_Fails()
    {
        var attribute = new NoLeaksAttribute();
        attribute.Before(null!, null!);
        var lost = Tensor.Ones([7]);
        Assert.Contains("1 native blocks are still live", Record.Exception(() => attribute.After(null!, null!))?.Message);
        lost.Release();
        attribute.After(null!, null!);
    }

    // A finaliser may give a block back right after a trim.
    private static long TrimAll()
    {
        for (int i = 0; i < 5; i++)
        {
            Memory.Trim();
            if (Memory.CachedBytes == 0)
            {
                return 0;
            }
        }

        return Memory.CachedBytes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Lose() => Tensor.Ones([1024]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop() => Tensor.Ones([1024]).AsParameter();
}
