using Mettle.Core.Tests.Conformance;

namespace Mettle.Core.Tests.Ops;

/// <summary>What the conformance table does not say of attention: memory, layouts, masks, empty and special rows.</summary>
[NoLeaks]
public sealed class AttentionTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(41);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ForwardAndBackward_LongSequence_TakesMemoryLinearInTokens(bool causal)
    {
        using var scope = MemoryScope.Begin();
        const int Width = 16;
        long Peak(int tokens)
        {
            using var step = MemoryScope.Begin();
            var (q, k, v) = (Normal(0, 1, tokens, Width).WithGrad(), Normal(1, 1, tokens, Width).WithGrad(), Normal(2, 1, tokens, Width).WithGrad());
            long before = Memory.LiveBytes;
            Memory.ResetPeak();
            Autograd.Grad(Tensor.ScaledDotProductAttention(q, k, v, causal: causal).Sum(), [q, k, v]);
            return Memory.PeakBytes - before;
        }

        long some = Peak(2048), many = Peak(8192);
        long operand = 8192L * Width * sizeof(float);
        Assert.InRange(many, 4 * operand, 40 * operand);
        // Four times the tokens: quadratic memory would be sixteen times as much. Threads that take part add buffers of their own.
        Assert.True(many <= 6 * some, $"{some} bytes for 2048 tokens, {many} for 8192");
        Assert.True(many < 8192L * 8192 * sizeof(float) / 10, $"{many} bytes: a tenth of all scores or more");
    }

    [Fact]
    public void Apply_HeadsAsViews_GivesTheBitsOfCopiesInTheViewsLayout()
    {
        using var scope = MemoryScope.Begin();
        var x = Normal(3, 2, 70, 3, 4, 8);
        Tensor Part(int i) => x.Select(2, i).Permute(0, 2, 1, 3);
        var (q, k, v) = (Part(0), Part(1), Part(2));
        var views = Tensor.ScaledDotProductAttention(q, k, v);
        var copies = Tensor.ScaledDotProductAttention(q.Contiguous(), k.Contiguous(), v.Contiguous());
        Compare.SameBits(copies, views, "mixed values");
        Assert.True(views.Permute(0, 2, 1, 3).IsContiguous);
        var together = new SelfAttention(4, new(1 / Math.Sqrt(8))).Apply(x.Reshape(2, 70, 96));
        Compare.SameBits(copies.Permute(0, 2, 1, 3).Reshape(2, 70, 32), together, "self-attention");
    }

    [Fact]
    public void Gradient_BroadcastAddedMask_EqualsDecomposition()
    {
        using var scope = MemoryScope.Begin();
        var (q, k, v, mask) = (Normal(4, 2, 3, 5, 4), Normal(5, 2, 1, 140, 4), Normal(6, 2, 1, 140, 6), Normal(7, 3, 1, 140).WithGrad());
        var op = new Attention(new(0.5));
        Tensor[] Operands() => [q, k.Broadcast([2, 3, 140, 4]), v.Broadcast([2, 3, 140, 6]), mask.Broadcast([2, 3, 5, 140])];
        var fused = Autograd.Grad(Tensor.ScaledDotProductAttention(q, k, v, mask).Square().Sum(), [mask])[0]!;
        var plain = Autograd.Grad(op.Decompose(Operands())[0].Square().Sum(), [mask])[0]!;
        TorchComparison.Same("mask", plain, fused, 1e-5);
    }

    [Fact]
    public void Mask_RowThatHidesAll_GivesNaNInThatRowOnly()
    {
        using var scope = MemoryScope.Begin();
        var (q, k, v) = (Normal(8, 3, 4).WithGrad(), Normal(9, 300, 4), Normal(10, 300, 2));
        var mask = (Tensor.Arange(3).Reshape(3, 1) <= 1.0).Broadcast([3, 300]);
        var y = Tensor.ScaledDotProductAttention(q, k, v, mask);
        var values = y.ToArray<float>();
        Assert.All(values[..4], x => Assert.True(float.IsFinite(x)));
        Assert.All(values[4..], x => Assert.True(float.IsNaN(x)));
        var dq = Autograd.Grad(y.Sum(), [q])[0]!.ToArray<float>();
        Assert.All(dq[..8], x => Assert.True(float.IsFinite(x)));
        Assert.All(dq[8..], x => Assert.Equal(0, x));
    }

    [Fact]
    public void Mask_HidesFirstBlockOfKeys_EqualsThoseLeft()
    {
        using var scope = MemoryScope.Begin();
        // The running maximum stays -infinity over a whole block.
        var (q, k, v) = (Normal(11, 5, 4), Normal(12, 600, 4), Normal(13, 600, 3));
        var mask = Tensor.Arange(600).Reshape(1, 600) >= 520.0;
        var left = Tensor.ScaledDotProductAttention(q, k.Narrow(0, 520), v.Narrow(0, 520));
        TorchComparison.Same("hidden", left, Tensor.ScaledDotProductAttention(q, k, v, mask), 1e-6);
    }

    [Fact]
    public void Apply_NoKeys_GivesZerosAndZeroGradient()
    {
        using var scope = MemoryScope.Begin();
        var q = Normal(14, 2, 3, 4).WithGrad();
        var y = Tensor.ScaledDotProductAttention(q, Tensor.Zeros([2, 0, 4]), Tensor.Zeros([2, 0, 5]));
        Assert.Equal(new Shape(2, 3, 5), y.Shape);
        Assert.All(y.ToArray<float>(), x => Assert.Equal(0, x));
        Assert.All(Autograd.Grad(y.Sum(), [q])[0]!.ToArray<float>(), x => Assert.Equal(0, x));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Apply_SpecialValueInAQuery_StaysInItsRow(float special)
    {
        using var scope = MemoryScope.Begin();
        float[] values = Normal(15, 70, 3).ToArray<float>();
        values[(66 * 3) + 1] = special;
        var y = Tensor.ScaledDotProductAttention(Tensor.From(values, [70, 3]), Normal(16, 40, 3), Normal(17, 40, 2)).ToArray<float>();
        for (int i = 0; i < y.Length; i++)
        {
            Assert.Equal(i / 2 == 66, float.IsNaN(y[i]));
        }
    }

    [Fact]
    public void Apply_ScoresOfThousands_PickTheLargest()
    {
        using var scope = MemoryScope.Begin();
        var v = Normal(18, 4, 2);
        var q = Tensor.From([1f], [1, 1]);
        var k = Tensor.From([-30000f, 20000f, 30000f, 29000f], [4, 1]);
        Compare.SameBits(v.Narrow(0, 2, 3), Tensor.ScaledDotProductAttention(q, k, v), "largest");
    }

    private static Tensor Normal(int index, params ReadOnlySpan<int> shape) => Tensor.Normal(Key.At(index), new Shape(shape));
}
