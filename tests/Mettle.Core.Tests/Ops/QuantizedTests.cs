namespace Mettle.Core.Tests.Ops;

[NoLeaks]
public sealed class QuantizedTests
{
    [Theory]
    [InlineData(float.NaN, 7)]
    [InlineData(float.PositiveInfinity, 255)]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(float.MaxValue, 255)]
    [InlineData(0.25f, 7)]
    [InlineData(0.75f, 9)]
    [InlineData(-1.25f, 5)]
    [InlineData(-0f, 7)]
    public void Quantize_SpecialValue_SaturatesAndRoundsHalvesToEven(float x, int expected)
    {
        using var scope = MemoryScope.Begin();
        foreach (int n in new[] { 1, 16, 131 })
        {
            var values = Tensor.From(Enumerable.Repeat(x, n).ToArray());
            var q = values.Quantize(Tensor.Scalar(0.5), Tensor.Scalar(7).To(DType.U8));
            Assert.All(q.ToArray<byte>(), b => Assert.Equal(expected, b));
        }
    }

    [Fact]
    public void Quantize_AroundHalves_RoundsTheQuotientAsDivisionDoes()
    {
        using var scope = MemoryScope.Begin();
        var key = RandomKey.FromSeed(11);
        float[] scales = [.. Enumerable.Range(0, 200).Select(i => (float)Math.ScaleB(1 + key.Uniform((ulong)i), (i % 150) - 75)), 0.1f, 1, BitConverter.UInt32BitsToSingle(0x3FFFFFFF)];
        foreach (float scale in scales)
        {
            var x = new List<float>();
            for (int k = -260; k <= 260; k++)
            {
                float half = (k + 0.5f) * scale;
                x.AddRange([half, MathF.BitIncrement(half), MathF.BitDecrement(half), MathF.BitIncrement(MathF.BitIncrement(half)), k * scale]);
            }

            byte[] expected = [.. x.Select(v => (byte)Math.Clamp(Math.Round((double)(v / scale), MidpointRounding.ToEven) + 128, 0, 255))];
            Assert.Equal(expected, Tensor.From(x.ToArray()).Quantize(Tensor.From([scale]).Select(0, 0), Tensor.Scalar(128).To(DType.U8)).ToArray<byte>());
        }
    }

    [Fact]
    public void Quantize_PerChannel_EqualsChannelByChannelInAnyMemoryOrder()
    {
        using var scope = MemoryScope.Begin();
        var x = Tensor.Normal(RandomKey.FromSeed(3), [2, 5, 4, 37]);
        var scale = Tensor.From([0.01f, 0.02f, 0.03f, 0.04f, 0.05f]);
        var zero = Tensor.From(new sbyte[] { -128, -5, 0, 5, 127 });
        var last = x.Permute(0, 2, 3, 1).Contiguous().Permute(0, 3, 1, 2);
        var q = x.Quantize(scale, zero);
        Assert.Equal(q.ToArray<sbyte>(), last.Quantize(scale, zero).ToArray<sbyte>());
        for (int c = 0; c < 5; c++)
        {
            var one = x.Select(1, c).Quantize(scale.Select(0, c), zero.Select(0, c));
            Assert.Equal(one.ToArray<sbyte>(), q.Select(1, c).ToArray<sbyte>());
        }
    }

    [Fact]
    public void Dequantize_AfterQuantize_IsWithinHalfAStep()
    {
        using var scope = MemoryScope.Begin();
        var x = Tensor.Uniform(RandomKey.FromSeed(3), [1000], -1, 3);
        var (q, scale, zero) = x.QuantizeDynamic();
        float step = (float)scale.Item();
        Assert.Equal(4 / 255.0, step, 1e-4);
        Assert.Equal(64, zero.Item(), 1.0);
        var error = (q.Dequantize(scale, zero) - x).Abs().Max(0).Item();
        Assert.InRange(error, 0, (step / 2) + 1e-6);
    }

    [Fact]
    public void QuantizeDynamic_Zeros_HaveScaleOne()
    {
        using var scope = MemoryScope.Begin();
        var (q, scale, zero) = Tensor.Zeros([5]).QuantizeDynamic();
        Assert.Equal((1, 0), (scale.Item(), zero.Item()));
        Assert.All(q.ToArray<byte>(), b => Assert.Equal(0, b));
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(65793)]
    public void MatMulInteger_Extremes_AreExact(int k)
    {
        using var scope = MemoryScope.Begin();
        foreach (int rows in new[] { 1, 7 })
        {
            var a = Tensor.From(Enumerable.Repeat((byte)255, rows * k).ToArray(), [rows, k]);
            var b = Tensor.From(Enumerable.Repeat((sbyte)-128, k * 17).ToArray(), [k, 17]);
            Assert.All(a.MatMulInteger(b).ToArray<int>(), y => Assert.Equal(255 * -128 * k, y));
            var signed = Tensor.From(Enumerable.Repeat((sbyte)-128, rows * k).ToArray(), [rows, k]);
            Assert.All(signed.MatMulInteger(b).ToArray<int>(), y => Assert.Equal(128 * 128 * k, y));
        }
    }

    [Fact]
    public void MatMulInteger_LargestZeroPoints_AreExactUpTo33025()
    {
        using var scope = MemoryScope.Begin();
        const int K = 33025;
        var a = Tensor.From(Enumerable.Repeat((byte)255, 2 * K).ToArray(), [2, K]);
        var b = Tensor.From(Enumerable.Repeat((sbyte)127, K * 3).ToArray(), [K, 3]);
        var y = a.MatMulInteger(b, Tensor.Scalar(0).To(DType.U8), Tensor.From(new sbyte[] { -128, 127, 0 }));
        Assert.Equal([255 * 255 * K, 0, 255 * 127 * K, 255 * 255 * K, 0, 255 * 127 * K], y.ToArray<int>());
    }

    [Fact]
    public void MatMulInteger_SumBeyondI32_WrapsAround()
    {
        using var scope = MemoryScope.Begin();
        const int K = 70000;
        var a = Tensor.From(Enumerable.Repeat((byte)255, K).ToArray(), [1, K]);
        var b = Tensor.From(Enumerable.Repeat((sbyte)-128, K).ToArray(), [K, 1]);
        Assert.Equal([unchecked((int)(-32640L * K))], a.MatMulInteger(b).ToArray<int>());
    }

    [Fact]
    public void Unpack_AfterPacking_GivesTheWeights()
    {
        using var scope = MemoryScope.Begin();
        var key = RandomKey.FromSeed(5);
        foreach (var type in new[] { DType.I8, DType.U8 })
        {
            Tensor Bytes(params int[] dims)
                => Tensor.FromBytes([.. Enumerable.Range(0, dims.Aggregate(1, (a, b) => a * b)).Select(i => (byte)key.Below(256, (ulong)i))], new Shape(dims), type);
            var w = Bytes(37, 41);
            Assert.Equal(w.ToBytes(), new QuantizedLinear(w, Tensor.Ones([]), Bytes(37)).Unpack().ToBytes());
            Assert.Equal(w.Transpose().ToBytes(), new QuantizedLinear(w.Transpose(), Tensor.Ones([])).Unpack().ToBytes());
            foreach (int dilation in new[] { 1, 2 })
            {
                var f = Bytes(6, 3, 3, 5);
                Assert.Equal(f.ToBytes(), new QuantizedConv(f, Tensor.Ones([]), Bytes(6), [1, 1], [0, 0], [1, dilation], 2).Unpack().ToBytes());
            }

            var depthwise = Bytes(19, 1, 3, 3);
            Assert.Equal(depthwise.ToBytes(), new QuantizedConv(depthwise, Tensor.Ones([]), Bytes(19), [1, 1], [0, 0], [1, 1], 19).Unpack().ToBytes());
        }
    }

    [Fact]
    public void QuantizedConv_ManyChannelsAndPixels_EqualsConvInteger()
    {
        using var scope = MemoryScope.Begin();
        var key = RandomKey.FromSeed(5);
        Tensor Bytes(DType type, params int[] dims)
            => Tensor.FromBytes([.. Enumerable.Range(0, dims.Aggregate(1, (a, b) => a * b)).Select(i => (byte)key.Below(256, (ulong)i))], new Shape(dims), type);
        var x = Bytes(DType.U8, 2, 20, 23, 19);
        var w = Bytes(DType.I8, 300, 20, 3, 3);
        var zero = Bytes(DType.U8, 1).Select(0, 0);
        var op = new QuantizedConv(w, Tensor.Ones([]), null, [2, 1], [1, 1], [1, 1]);
        var expected = x.ConvInteger(w, zero, stride: (2, 1), padding: 1);
        Assert.Equal(expected.ToArray<int>(), op.Apply(x, zero).ToArray<int>());
        Assert.Equal(expected.ToArray<int>(), op.Apply(x.Permute(0, 2, 3, 1).Contiguous().Permute(0, 3, 1, 2), zero).ToArray<int>());
    }

    [Fact]
    public void QuantizedLinear_Gradient_SaysWhyThereIsNone()
    {
        using var scope = MemoryScope.Begin();
        var op = new QuantizedLinear(Tensor.Zeros([3, 2], DType.I8), Tensor.Ones([]));
        var y = op.Apply(Tensor.Zeros([4, 2], DType.U8), Tensor.Ones([]).WithGrad(), Tensor.Zeros([], DType.U8));
        var thrown = Assert.Throws<InvalidOperationException>(() => y.Sum().Backward());
        Assert.Contains("quantized_linear has no gradient", thrown.Message, StringComparison.Ordinal);
    }
}
