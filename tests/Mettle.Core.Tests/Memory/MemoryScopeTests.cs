namespace Mettle.Core.Tests.Memories;

[NoLeaks]
public sealed class MemoryScopeTests
{
    [Fact]
    public void Dispose_OnAnotherThread_Throws()
    {
        using var scope = MemoryScope.Begin("step");
        Exception? thrown = null;
        var other = new Thread(() => thrown = Record.Exception(scope.Dispose));
        other.Start();
        other.Join();
        Assert.Contains("Memory scope 'step' was closed on another thread", Assert.IsType<InvalidOperationException>(thrown).Message);
    }

    [Fact]
    public void Dispose_BeforeInnerScope_Throws()
    {
        var outer = MemoryScope.Begin("outer");
        using (MemoryScope.Begin("inner"))
        {
            Assert.Contains("'outer' was closed", Assert.Throws<InvalidOperationException>(outer.Dispose).Message);
        }

        outer.Dispose();
    }

    [Fact]
    public void Dispose_Twice_DoesNothing()
    {
        var scope = MemoryScope.Begin();
        scope.Dispose();
        scope.Dispose();
        Assert.Null(MemoryScope.Current);
    }

    [Fact]
    public void Await_InsideScope_ThrowsWhenItResumesElsewhere()
    {
        // A thread of its own, so that the continuation cannot land on the scope's thread.
        Exception? thrown = null;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        MemoryScope? scope = null;
        Task? work = null;
        var owner = new Thread(() =>
        {
            work = AwaitInside(gate.Task, s => scope = s, e => thrown = e);
            gate.SetResult();
            Wait(work);
            scope!.Dispose();
        });
        owner.Start();
        owner.Join();
        Assert.Contains("Do not await inside a scope", Assert.IsType<InvalidOperationException>(thrown).Message);
    }

    [Fact]
    public void Keep_InInnerScope_LivesUntilOuterEnds()
    {
        Tensor kept;
        using (MemoryScope.Begin())
        {
            using (var inner = MemoryScope.Begin())
            {
                kept = inner.Keep(Tensor.Ones([3]));
            }

            Assert.Equal([1f, 1f, 1f], kept.ToArray<float>());
        }

        Assert.True(kept.IsReleased);
    }

    [Fact]
    public void Keep_OfInnerScopesTensor_OutlivesBoth()
    {
        using var outermost = MemoryScope.Begin();
        Tensor kept;
        using (var outer = MemoryScope.Begin())
        {
            using (MemoryScope.Begin())
            {
                kept = outer.Keep(Tensor.Ones([3]));
            }
        }

        Assert.Equal([1f, 1f, 1f], kept.ToArray<float>());
    }

    [Fact]
    public void Keep_OfOuterScopesTensor_ChangesNothing()
    {
        Tensor t;
        using (MemoryScope.Begin())
        {
            t = Tensor.Ones([3]);
            using var inner = MemoryScope.Begin();
            inner.Keep(t);
        }

        Assert.True(t.IsReleased);
    }

    [Fact]
    public void Keep_OfView_KeepsItsMemory()
    {
        using var outer = MemoryScope.Begin();
        Tensor row;
        using (var inner = MemoryScope.Begin())
        {
            row = inner.Keep(Tensor.Arange(6, DType.F32).Reshape(2, 3).Select(0, 1));
        }

        Assert.Equal([3f, 4f, 5f], row.ToArray<float>());
    }

    [Fact]
    public void Read_AfterScope_ThrowsWithRemedy()
    {
        Tensor t;
        using (MemoryScope.Begin())
        {
            t = Tensor.Ones([2]);
        }

        Assert.Contains("Use scope.Keep(tensor)", Assert.Throws<ObjectDisposedException>(() => t.ToArray<float>()).Message);
        Assert.Equal("f32[2] (released)", t.ToString());
    }

    [Fact]
    public void Use_LongAfterScope_NeverReachesWhatTheMemoryServesNow()
    {
        Tensor old;
        using (MemoryScope.Begin())
        {
            old = Tensor.Ones([2]);
        }

        for (int round = 0; round < 3; round++)
        {
            using var scope = MemoryScope.Begin();
            var others = Enumerable.Range(0, 100).Select(i => Tensor.Full([2], i)).ToArray();
            Assert.True(old.IsReleased);
            Assert.Throws<ObjectDisposedException>(() => old.ToArray<float>());
            Assert.Throws<ObjectDisposedException>(() => (old + 1).ToArray<float>());
            Assert.Throws<ObjectDisposedException>(() => old.MutableSpan<float>());
            Assert.Throws<ObjectDisposedException>(old.Persist);
            Assert.Throws<ObjectDisposedException>(old.Retain);
            int blocks = scope.Blocks;
            scope.Keep(old);
            old.Release();
            Assert.Equal(blocks, scope.Blocks);
            Assert.All(others, (t, i) => Assert.Equal([i, i], t.ToArray<float>()));
        }
    }

    [Fact]
    public void Backward_OfGraphWhoseOperandsScopeEnded_ThrowsEvenWhenTheMemoryServesAnother()
    {
        using var outer = MemoryScope.Begin();
        Tensor loss;
        using (var inner = MemoryScope.Begin())
        {
            var x = Tensor.Ones([3]).WithGrad();
            loss = inner.Keep((x.Exp() * 2).Sum());
        }

        var others = Enumerable.Range(0, 20).Select(i => Tensor.Full([3], i)).ToArray();
        Assert.Throws<ObjectDisposedException>(() => loss.Backward());
        Assert.All(others, (t, i) => Assert.Equal([i, i, i], t.ToArray<float>()));
    }

    [Fact]
    public void Blocks_ThreadsOfTheirOwn_HaveScopesOfTheirOwn()
    {
        using var scope = MemoryScope.Begin();
        MemoryScope? seen = scope;
        var other = new Thread(() => seen = MemoryScope.Current);
        other.Start();
        other.Join();
        Assert.Null(seen);
        Assert.Equal(0, scope.Blocks);
    }

    private static async Task AwaitInside(Task gate, Action<MemoryScope> opened, Action<Exception?> closed)
    {
        var scope = MemoryScope.Begin();
        opened(scope);
        await gate.ConfigureAwait(false);
        closed(Record.Exception(scope.Dispose));
    }

    private static void Wait(Task task)
    {
        using var done = new ManualResetEventSlim();
        task.ContinueWith(_ => done.Set(), TaskScheduler.Default);
        done.Wait();
    }
}
