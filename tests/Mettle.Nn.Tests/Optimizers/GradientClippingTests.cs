namespace Mettle.Nn.Tests;

[Collection(nameof(Alone))]
public sealed class GradientClippingTests
{
    [Fact]
    public void ClipByNorm_OfKnownGradient_ScalesToTheLimit()
    {
        using var scope = MemoryScope.Begin();
        var p = new Pair([3, 4], [12, 0]);
        Assert.Equal(13, GradientClipping.ClipByNorm(p.All, 6.5), 1e-12);
        Assert.Equal(6.5, GradientNorm.Of(p.All), 1e-5);
        Assert.Equal(1.5f, p.All[0].Grad!.AsSpan<float>()[0], 1e-5);
    }

    [Fact]
    public void ClipByNorm_BelowTheLimit_ChangesNothing()
    {
        using var scope = MemoryScope.Begin();
        var p = new Pair([3, 4], [12, 0]);
        var before = p.All[0].Grad;
        GradientClipping.ClipByNorm(p.All, 14);
        Assert.Same(before, p.All[0].Grad);
    }

    [Fact]
    public void ClipByNorm_OfOneTensorSharedByTwo_ScalesOnce()
    {
        using var scope = MemoryScope.Begin();
        var p = new Pair([3, 4], [0, 0]);
        p.All[1].Grad = p.All[0].Grad;
        GradientClipping.ClipByNorm(p.All, Math.Sqrt(50) / 2);
        Assert.Equal(1.5f, p.All[0].Grad!.AsSpan<float>()[0], 1e-5);
        Assert.Equal(1.5f, p.All[1].Grad!.AsSpan<float>()[0], 1e-5);
    }

    [Fact]
    public void ClipByValue_LimitsBothSigns()
    {
        using var scope = MemoryScope.Begin();
        var p = new Pair([-3, 0.5f], [12, 0]);
        GradientClipping.ClipByValue(p.All, 1);
        Assert.Equal([-1f, 0.5f], p.All[0].Grad!.ToArray<float>());
        Assert.Equal([1f, 0f], p.All[1].Grad!.ToArray<float>());
    }

    [Fact]
    public void ClipByUnit_ScalesOnlyRowsThatAreTooLong()
    {
        using var scope = MemoryScope.Begin();
        var model = new Rows(Tensor.From([3f, 4f, 0f, 0f], [2, 2]));
        var w = model.Parameters.Single();
        w.Grad = Tensor.From([0.03f, 0.04f, 0.6f, 0.8f], [2, 2]);
        GradientClipping.ClipByUnit([w], 0.1);
        // Row 0: |g| = 0.05 below 0.1 * 5. Row 1: |g| = 1 above 0.1 * 1e-3, the smallest weight norm.
        var g = w.Grad!.ToArray<float>();
        Assert.Equal([0.03f, 0.04f], g[..2]);
        Assert.Equal(0.6e-4f, g[2], 1e-9);
        Assert.Equal(0.8e-4f, g[3], 1e-9);
    }

    [Fact]
    public void Of_HugeGradients_DoesNotOverflow()
    {
        using var scope = MemoryScope.Begin();
        var p = new Pair([3e30f, 4e30f], [0, 0]);
        Assert.Equal(5e30, GradientNorm.Of(p.All), 1e24);
    }

    [Fact]
    public void Of_AnyNumberOfThreads_GivesTheSameBits()
    {
        using var scope = MemoryScope.Begin();
        var model = new Rows(Tensor.Zeros([100003]));
        model.Parameters.Single().Grad = Tensor.Normal(RandomKey.FromSeed(1), [100003]);
        int threads = Scheduler.Threads;
        Scheduler.Threads = 1;
        double one = GradientNorm.Of(model.Parameters);
        Scheduler.Threads = 2;
        double two = GradientNorm.Of(model.Parameters);
        Scheduler.Threads = threads;
        Assert.Equal(one, two);
    }

    [Fact]
    public void Apply_WithAnInfiniteGradient_LeavesItToBeFound()
    {
        using var scope = MemoryScope.Begin();
        var p = new Pair([3, float.PositiveInfinity], [12, 0]);
        Assert.Equal(double.PositiveInfinity, new GradientClipping(Norm: 1, Value: 5, Adaptive: 0.1).Apply(p.All));
        Assert.Equal([3, float.PositiveInfinity], p.All[0].Grad!.ToArray<float>());
        Assert.Equal([12f, 0], p.All[1].Grad!.ToArray<float>());
    }

    private sealed class Rows : Module
    {
        public Rows(Tensor value) => Register("w", value);

        public override Tensor Forward(Tensor x, Pass pass) => x;
    }

    private sealed class Pair : Module
    {
        public Pair(float[] first, float[] second)
        {
            Register("a", Tensor.Zeros([first.Length])).Grad = Tensor.From(first);
            Register("b", Tensor.Zeros([second.Length])).Grad = Tensor.From(second);
            All = [.. Parameters];
        }

        public Parameter[] All { get; }

        public override Tensor Forward(Tensor x, Pass pass) => x;
    }
}
