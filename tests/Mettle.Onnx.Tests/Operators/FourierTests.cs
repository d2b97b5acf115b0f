namespace Mettle.Onnx.Tests.Operators;

/// <summary>Fourier transforms against the sum that defines them.</summary>
public sealed class FourierTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(600)]
    [InlineData(1024)]
    [InlineData(1028)]
    public void Dft_AnyLength_IsTheSum(int n)
    {
        var x = Tensor.Normal(RandomKey.FromSeed(5).At(n), [2, n, 2], dtype: DType.F64);
        double[] values = x.ToArray<double>(), y = Models.Apply("DFT", 17, [x]).ToArray<double>();
        for (int k = 0; k < n; k += Math.Max(1, n / 17))
        {
            double real = 0, imaginary = 0;
            for (int j = 0; j < n; j++)
            {
                var (sine, cosine) = Math.SinCos(-2 * Math.PI * ((long)j * k % n) / n);
                double re = values[2 * (n + j)], im = values[(2 * (n + j)) + 1];
                real += (re * cosine) - (im * sine);
                imaginary += (re * sine) + (im * cosine);
            }

            Assert.Equal(real, y[2 * (n + k)], 1e-9);
            Assert.Equal(imaginary, y[(2 * (n + k)) + 1], 1e-9);
        }
    }

    [Theory]
    [InlineData(12)]
    [InlineData(15)]
    [InlineData(600)]
    public void Dft_InverseOfOneSide_GivesTheRealSignalBack(int n)
    {
        var x = Tensor.Normal(RandomKey.FromSeed(6), [3, n, 1]);
        var half = Models.Apply("DFT", 17, [x], Models.Attribute("onesided", 1L));
        Assert.Equal(new Shape(3, (n / 2) + 1, 2), half.Shape);
        var back = Models.Apply("DFT", 17, [half, Tensor.From([(long)n], [])], Models.Attribute("onesided", 1L), Models.Attribute("inverse", 1L));
        Assert.Equal(x.Shape, back.Shape);
        Assert.True((back - x).Abs().Max().Item() < 2e-5);
    }

    [Fact]
    public void Dft_OtherLength_CutsOrPads()
    {
        var x = Tensor.From([1f, 2, 3, 4], [4, 1]);
        Assert.Equal([6f, 0], Models.Apply("DFT", 20, [x, Tensor.From([3L], [])]).ToArray<float>()[..2]);
        Assert.Equal(new Shape(6, 2), Models.Apply("DFT", 20, [x, Tensor.From([6L], [])]).Shape);
    }

    [Fact]
    public void Dft_HugeLength_IsRefused()
        => Assert.Throws<OnnxException>(() => Models.Apply("DFT", 20, [Tensor.Ones([1, 4, 1]), Tensor.From([1L << 27], [])]));

    [Fact]
    public void Stft_WindowAndStep_AreTransformsOfTheFrames()
    {
        var x = Tensor.Normal(RandomKey.FromSeed(7), [2, 20]);
        var window = Tensor.Uniform(RandomKey.FromSeed(8), [6]);
        var y = Models.Apply("STFT", 17, [x, Tensor.From([4L], []), window]);
        Assert.Equal(new Shape(2, 4, 4, 2), y.Shape);
        for (int frame = 0; frame < 4; frame++)
        {
            var cut = (x.Narrow(1, 4 * frame, (4 * frame) + 6) * window).Unsqueeze(2);
            var one = Models.Apply("DFT", 17, [cut], Models.Attribute("onesided", 1L));
            Assert.True((y.Select(1, frame) - one).Abs().Max().Item() < 1e-6);
        }
    }
}
