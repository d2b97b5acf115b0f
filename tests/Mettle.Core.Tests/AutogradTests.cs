using Mettle;

namespace Mettle.Core.Tests;

public sealed class AutogradTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(7);

    [Fact]
    public void Grad_OfMatrixProduct_MatchesFiniteDifferences()
    {
        var a = Tensor.Normal(Key.At(1), [4, 3], dtype: DType.F64).WithGrad();
        var b = Tensor.Normal(Key.At(2), [3, 5], dtype: DType.F64);
        Tensor F(Tensor x) => (x.MatMul(b).Tanh().Square() + 0.3).Log().Sum();
        var g = Autograd.Grad(F(a), [a])[0]!.ToArray<double>();
        var v = Tensor.Normal(Key.At(3), [4, 3], dtype: DType.F64);
        double h = 1e-5;
        double slope = (F(a.Detach() + (v * h)).Item() - F(a.Detach() - (v * h)).Item()) / (2 * h);
        double analytic = g.Zip(v.ToArray<double>(), (x, y) => x * y).Sum();
        Assert.Equal(slope, analytic, 1e-7 * Math.Max(1, Math.Abs(slope)));
    }

    [Fact]
    public void Hvp_OfCubicForm_MatchesClosedForm()
    {
        var x = Tensor.From([1.0, 2.0, -1.0]);
        var v = Tensor.From([0.5, -1.0, 2.0]);
        var h = Transforms.Hvp(t => (t * t * t).Sum(), x, v);
        Assert.Equal([6 * 1 * 0.5, 6 * 2 * -1.0, 6 * -1 * 2.0], h.ToArray<double>());
    }

    [Fact]
    public void Jvp_AndVjp_AreTransposes()
    {
        var w = Tensor.Normal(Key.At(4), [6, 4], dtype: DType.F64);
        Tensor F(Tensor x) => x.Reshape(1, 6).MatMul(w).Sigmoid().Reshape(4);
        var x = Tensor.Normal(Key.At(5), [6], dtype: DType.F64);
        var v = Tensor.Normal(Key.At(6), [6], dtype: DType.F64);
        var u = Tensor.Normal(Key.At(7), [4], dtype: DType.F64);
        double forward = (Transforms.Jvp(F, x, v).Product * u).Sum().Item();
        double backward = (Transforms.Vjp(F, x, u).Product * v).Sum().Item();
        Assert.Equal(forward, backward, 1e-12);
    }

    [Fact]
    public void PerSampleGrad_OfLinearModel_EqualsLoop()
    {
        var w = Tensor.Normal(Key.At(8), [4, 3]).AsParameter();
        var x = Tensor.Normal(Key.At(9), [5, 4]);
        Tensor Loss(Tensor[] s) => s[0].Reshape(1, 4).MatMul(w).Tanh().Square().Sum();
        var together = Transforms.PerSampleGrad(Loss, [w], x)[0];
        Assert.Equal("[5, 4, 3]", together.Shape.ToString());
        for (int i = 0; i < 5; i++)
        {
            var one = Autograd.Grad(Loss([x.Select(0, i)]), [w])[0]!;
            Assert.Equal(one.ToArray<float>(), together.Select(0, i).ToArray<float>());
        }
    }

    [Fact]
    public void Vmap_BranchOnValue_Throws()
    {
        var x = Tensor.Normal(Key, [3, 2]);
        var e = Assert.Throws<InvalidOperationException>(() => Transforms.Vmap(t => t.Sum().Item() > 0 ? t : -t, x));
        Assert.Contains("traced", e.Message);
    }

    [Fact]
    public void Backward_IntermediateReadAfterwards_ThrowsWithRemedy()
    {
        var w = Tensor.Normal(Key, [3, 3]).AsParameter();
        using var scope = MemoryScope.Begin();
        var h = w.MatMul(w).Exp();
        h.Sum().Backward();
        var e = Assert.Throws<ObjectDisposedException>(() => h.ToArray<float>());
        Assert.Contains("Retain()", e.Message);
        Assert.Equal(9, w.Grad!.ToArray<float>().Length);
    }

    [Fact]
    public void Backward_AfterInPlaceWrite_Throws()
    {
        var w = Tensor.Ones([2]).AsParameter();
        var loss = (w * w).Sum();
        w.MutableSpan<float>()[0] = 5;
        Assert.Contains("written in place", Assert.Throws<InvalidOperationException>(() => loss.Backward()).Message);
    }

    [Fact]
    public void Backward_AfterInPlaceWriteToResultUsedByGradient_Throws()
    {
        using var scope = MemoryScope.Begin();
        var y = Tensor.Ones([2]).WithGrad().Exp();
        y.Detach().MutableSpan<float>()[0] = 5;
        Assert.Contains("written in place", Assert.Throws<InvalidOperationException>(() => y.Sum().Backward()).Message);
    }

    [Fact]
    public void Grad_InputGivenTwice_HasItsGradientTwice()
    {
        using var scope = MemoryScope.Begin();
        var x = Tensor.From([2f, 3f]).WithGrad();
        var g = Autograd.Grad(x.Square().Sum(), [x, x]);
        Assert.Equal([4f, 6f], g[0]!.ToArray<float>());
        Assert.Equal([4f, 6f], g[1]!.ToArray<float>());
    }

    [Fact]
    public void Grad_AfterPassThatThrew_StartsFromNothing()
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Zeros([2]).WithGrad();
        var doubled = w * 2;
        var root = doubled.Sqrt();
        var tripled = doubled * 3;
        var sum = (root + tripled).Sum();
        Assert.NotNull(NanWatch.Find(() => sum.Backward(retainGraph: true)));
        Assert.Equal([6f, 6f], Autograd.Grad(tripled.Sum(), [w])[0]!.ToArray<float>());
    }

    [Fact]
    public void Backward_WhileAnotherThreadUsesTheSameLeaf_ThrowsInsteadOfLosingGradients()
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Ones([2]).WithGrad();
        var loss = new MeanwhileElsewhere(() => (w * 3).Sum().Backward()).Apply(w * 2).Sum();
        Assert.Contains("one thread at a time", Assert.Throws<InvalidOperationException>(() => loss.Backward()).Message);
    }

    [Fact]
    public void Backward_WithRetainedGraph_FreesItsOwnTemporaries()
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Normal(Key, [6, 4]).WithGrad();
        var loss = (w.Transpose().Softmax() * w.Transpose()).Square().Sum();
        int before = scope.Blocks;
        loss.Backward(retainGraph: true);
        float[] first = w.Grad!.ToArray<float>();
        // The gradient itself and the seed.
        Assert.InRange(scope.Blocks - before, 1, 2);
        w.Grad = null;
        loss.Backward();
        Assert.Equal(first, w.Grad!.ToArray<float>());
    }

    [Fact]
    public void Scope_Ended_FreesAllButKept()
    {
        long before = NoLeaksAttribute.Settled();
        Tensor kept;
        using (var outer = MemoryScope.Begin())
        {
            using (var inner = MemoryScope.Begin())
            {
                var a = Tensor.Ones([100]);
                kept = inner.Keep(a + 1);
            }

            Assert.Equal(2f, kept.ToArray<float>()[99]);
        }

        Assert.True(kept.IsReleased);
        // Garbage of earlier tests may still go, nothing may be added.
        Assert.InRange(Memory.LiveBlocks, 0, before);
    }

    /// <summary>The identity, whose gradient lets something run on another thread first.</summary>
    private sealed class MeanwhileElsewhere(Action work) : UnaryOp
    {
        public override string Name => "meanwhile";

        protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
            => inputs[0].AsSpan<float>().CopyTo(outputs[0].MutableSpan<float>());

        protected override Tensor Gradient(Tensor x, Tensor y, Tensor g)
        {
            var other = new Thread(() => work());
            other.Start();
            other.Join();
            return g;
        }
    }
}
