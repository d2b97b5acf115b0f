namespace Mettle.Core.Tests.Memories;

[NoLeaks]
public sealed class BudgetTests
{
    [Fact]
    public void Begin_MoreBytesThanAllowed_ThrowsAndTakesNothing()
    {
        using var scope = MemoryScope.Begin();
        using var budget = Budget.Begin(new() { Bytes = 1000 });
        var kept = Tensor.Zeros([200]);
        long live = Memory.LiveBytes;
        string message = Assert.Throws<LimitException>(() => Tensor.Zeros([100])).Message;
        Assert.Equal("400 bytes more than the 800 in use are beyond the limit of 1,000 bytes (ResourceLimits.Bytes).", message);
        Assert.Equal(live, Memory.LiveBytes);
        Assert.Equal(800, budget.Bytes);
        Assert.Equal(0, kept.Select(0, 199).Item());
    }

    [Fact]
    public void Bytes_AfterScopesAndReleases_AreFreeAgain()
    {
        using var budget = Budget.Begin(new() { Bytes = 1000 });
        for (int i = 0; i < 100; i++)
        {
            using var scope = MemoryScope.Begin();
            Assert.Equal(0, budget.Bytes);
            var x = Tensor.Zeros([100]);
            Tensor.Zeros([100]).Release();
            Assert.Equal(400, budget.Bytes);
            Assert.Equal(0, (x + 1).Select(0, 3).Item() - 1);
        }
    }

    [Fact]
    public void Bytes_FreedOnAnotherThread_AreFreeAgain()
    {
        using var budget = Budget.Begin(new());
        var x = Tensor.Zeros([100]);
        var other = new Thread(x.Release);
        other.Start();
        other.Join();
        Assert.Equal(0, budget.Bytes);
    }

    [Fact]
    public void Bytes_OfOtherThreads_DoNotCount()
    {
        using var budget = Budget.Begin(new() { Bytes = 100 });
        Exception? thrown = null;
        var other = new Thread(() => thrown = Record.Exception(() => Tensor.Zeros([100]).Release()));
        other.Start();
        other.Join();
        Assert.Null(thrown);
        Assert.Equal(0, budget.Bytes);
    }

    [Fact]
    public void ToArray_OfAViewLargerThanTheLimit_Throws()
    {
        using var scope = MemoryScope.Begin();
        using var budget = Budget.Begin(new() { Bytes = 1 << 20 });
        var view = Tensor.Scalar(1).Broadcast([1 << 14, 1 << 14]);
        Assert.Throws<LimitException>(() => { _ = view.ToArray<float>(); });
        Assert.Throws<LimitException>(() => { _ = view.ToBytes(); });
    }

    [Fact]
    public void Work_OfAnOpBeyondWhatIsLeft_ThrowsBeforeItRuns()
    {
        using var scope = MemoryScope.Begin();
        using var budget = Budget.Begin(new() { Work = 1_000_000 });
        Tensor a = Tensor.Ones([100, 100]), b = Tensor.Ones([100, 100]);
        int blocks = scope.Blocks;
        Assert.Contains("matmul would take", Assert.Throws<LimitException>(() => a.MatMul(b)).Message);
        Assert.Equal(blocks, scope.Blocks);
        Assert.Equal(2, (a + b).ToArray<float>()[0]);
        Assert.InRange(budget.Work, 130_000, 140_000);
    }

    [Fact]
    public void Work_OfEndlessViews_Ends()
    {
        using var scope = MemoryScope.Begin();
        using var budget = Budget.Begin(new() { Work = 1_000_000 });
        var x = Tensor.Ones([2, 3]);
        Action endless = () =>
        {
            while (true)
            {
                x = x.Transpose();
            }
        };
        Assert.Throws<LimitException>(endless);
    }

    [Fact]
    public void Stop_WhenAskedFor_EndsTheNextOp()
    {
        using var scope = MemoryScope.Begin();
        using var stop = new CancellationTokenSource();
        using var budget = Budget.Begin(new() { Stop = stop.Token });
        var x = Tensor.Ones([2]) + 1;
        stop.Cancel();
        Assert.Equal(stop.Token, Assert.Throws<OperationCanceledException>(() => x + 1).CancellationToken);
        Assert.Throws<OperationCanceledException>(Budget.Check);
        Assert.Throws<OperationCanceledException>(() => Budget.Spend(0));
    }

    [Fact]
    public void Time_WhenItIsOver_EndsTheNextOp()
    {
        using var scope = MemoryScope.Begin();
        var x = Tensor.Ones([2]);
        using var budget = Budget.Begin(new() { Time = TimeSpan.Zero });
        Assert.Contains("(ResourceLimits.Time)", Assert.Throws<LimitException>(() => x + 1).Message);
        Assert.Throws<LimitException>(Budget.Check);
    }

    [Fact]
    public void Begin_InsideAnother_BothCount()
    {
        using var scope = MemoryScope.Begin();
        using var outer = Budget.Begin(new() { Bytes = 1000, Work = 100_000 });
        using (var inner = Budget.Begin(new() { Bytes = 1L << 40 }))
        {
            _ = Tensor.Zeros([200]);
            Assert.Equal((800, 800), (inner.Bytes, outer.Bytes));
            Assert.Throws<LimitException>(() => Tensor.Zeros([100]));
            Assert.Throws<LimitException>(() => Budget.Spend(200_000));
        }

        Assert.Same(outer, Budget.Current);
    }

    [Fact]
    public void HoldAndRequire_CountWhatIsNoTensor()
    {
        using var budget = Budget.Begin(new() { Bytes = 1000 });
        Budget.Require(1000);
        Budget.Hold(600);
        Assert.Throws<LimitException>(() => Budget.Require(401));
        Assert.Throws<LimitException>(() => Budget.Hold(401));
        Assert.Equal(600, budget.Bytes);
    }

    [Fact]
    public void Dispose_OutOfOrderOrElsewhere_Throws()
    {
        var outer = Budget.Begin(new());
        using (Budget.Begin(new()))
        {
            Assert.Contains("end inner ones first", Assert.Throws<InvalidOperationException>(outer.Dispose).Message);
        }

        Exception? thrown = null;
        var other = new Thread(() => thrown = Record.Exception(outer.Dispose));
        other.Start();
        other.Join();
        Assert.IsType<InvalidOperationException>(thrown);
        outer.Dispose();
        outer.Dispose();
        Assert.Null(Budget.Current);
    }
}
