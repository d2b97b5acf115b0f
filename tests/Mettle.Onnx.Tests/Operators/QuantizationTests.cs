namespace Mettle.Onnx.Tests.Operators;

/// <summary>Quantised operators against plain loops, where the recorded cases have no example.</summary>
public sealed class QuantizationTests
{
    [Fact]
    public void QuantizeLinear_LastBlockShorter_UsesItsOwnScale()
    {
        float[] x = [1, 2, 3, 4, 5, 10, 20, 30, 40, 50];
        float[] scale = [1, 2, 5, 10, 20, 50];
        var y = Models.Apply(
            "QuantizeLinear", 21, [Tensor.From(x, [2, 5]), Tensor.From(scale, [2, 3]), Tensor.From(new sbyte[6], [2, 3])],
            Models.Attribute("axis", 1L), Models.Attribute("block_size", 2L));
        Assert.Equal([1, 2, 2, 2, 1, 1, 2, 2, 2, 1], y.ToArray<sbyte>());
        var back = Models.Apply(
            "DequantizeLinear", 21, [y, Tensor.From(scale, [2, 3])], Models.Attribute("axis", 1L), Models.Attribute("block_size", 2L));
        Assert.Equal([1f, 2, 4, 4, 5, 10, 20, 40, 40, 50], back.ToArray<float>());
    }

    [Fact]
    public void QuantizeLinear_ScalesThatDoNotFit_AreRefused()
        => Assert.Contains("do not fit", Assert.Throws<OnnxException>(() => Models.Apply("QuantizeLinear", 13, [Tensor.Zeros([2, 5]), Tensor.Ones([3])])).Message, StringComparison.Ordinal);

    [Fact]
    public void QuantizeLinear_Extremes_Saturate()
    {
        var x = Tensor.From([-1e9f, 1e9f, float.PositiveInfinity, 0.5f, 1.5f, 2.5f]);
        Assert.Equal([-32768, 32767, 32767, 0, 2, 2], Models.Apply("QuantizeLinear", 21, [x, Tensor.Scalar(1), Tensor.From([(short)0], [])]).ToArray<short>());
        Assert.Equal([0, 255, 255, 3, 5, 5], Models.Apply("QuantizeLinear", 13, [x, Tensor.Scalar(1), Tensor.From([(byte)3], [])]).ToArray<byte>());
        var nibbles = (TensorValue)Models.Apply("QuantizeLinear", 21, [OnnxValue.From(x), OnnxValue.From(Tensor.Scalar(1))], Models.Attribute("output_dtype", (long)ElementType.I4));
        Assert.Equal([-8, 7, 7, 0, 2, 2], nibbles.Tensor.ToArray<sbyte>());
    }

    [Fact]
    public void QLinearMatMul_PerRowAndPerColumn_IsTheRoundedProduct()
    {
        const int m = 3, k = 7, n = 4;
        byte[] a = Levels(m * k, 1), aZero = Levels(m, 2);
        sbyte[] b = Array.ConvertAll(Levels(k * n, 3), v => (sbyte)(v - 128)), bZero = Array.ConvertAll(Levels(n, 4), v => (sbyte)(v - 128));
        float[] aScale = [0.02f, 0.03f, 0.01f], bScale = [0.01f, 0.02f, 0.005f, 0.03f];
        byte[] y = Models.Apply(
            "QLinearMatMul", 10,
            [Tensor.From(a, [m, k]), Tensor.From(aScale), Tensor.From(aZero), Tensor.From(b, [k, n]), Tensor.From(bScale), Tensor.From(bZero), Tensor.Scalar(0.11), Tensor.From([(byte)100], [])]).ToArray<byte>();
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int l = 0; l < k; l++)
                {
                    sum += (a[(i * k) + l] - aZero[i]) * (double)(b[(l * n) + j] - bZero[j]);
                }

                double exact = Math.Clamp((sum * aScale[i] * bScale[j] / 0.11f) + 100, 0, 255);
                Assert.True(Math.Abs(y[(i * n) + j] - exact) < 0.51, $"[{i}, {j}]: {y[(i * n) + j]} against {exact}");
            }
        }
    }

    [Fact]
    public void QLinearConv_SameLowerGroupsAndPerFilterScales_IsTheRoundedConvolution()
    {
        const int channels = 4, size = 6, filters = 6, kernel = 2, perGroup = 2;
        byte[] x = Levels(channels * size, 5);
        sbyte[] w = Array.ConvertAll(Levels(filters * perGroup * kernel, 6), v => (sbyte)(v - 128));
        sbyte[] wZero = [0, 3, -5, 1, 0, 2];
        float[] wScale = [0.01f, 0.02f, 0.03f, 0.01f, 0.02f, 0.03f];
        int[] bias = [100, -200, 300, 0, 50, 7];
        byte[] y = Models.Apply(
            "QLinearConv", 10,
            [
                Tensor.From(x, [1, channels, size]), Tensor.Scalar(0.05), Tensor.From([(byte)120], []), Tensor.From(w, [filters, perGroup, kernel]), Tensor.From(wScale),
                Tensor.From(wZero), Tensor.Scalar(0.3), Tensor.From([(byte)128], []), Tensor.From(bias),
            ],
            Models.Attribute("auto_pad", "SAME_LOWER"), Models.Attribute("group", 2L)).ToArray<byte>();
        Assert.Equal(filters * size, y.Length);
        for (int f = 0; f < filters; f++)
        {
            for (int at = 0; at < size; at++)
            {
                double sum = bias[f];
                for (int c = 0; c < perGroup; c++)
                {
                    for (int tap = 0; tap < kernel; tap++)
                    {
                        // One column of padding, and it comes first.
                        int from = at + tap - 1, channel = (f / 3 * perGroup) + c;
                        int level = from < 0 ? 0 : x[(channel * size) + from] - 120;
                        sum += level * (w[(((f * perGroup) + c) * kernel) + tap] - wZero[f]);
                    }
                }

                double exact = Math.Clamp((sum * 0.05f * wScale[f] / 0.3f) + 128, 0, 255);
                Assert.True(Math.Abs(y[(f * size) + at] - exact) < 0.51, $"filter {f} at {at}: {y[(f * size) + at]} against {exact}");
            }
        }
    }

    private static byte[] Levels(int count, ulong purpose)
    {
        var key = RandomKey.FromSeed(purpose).For("levels");
        return [.. Enumerable.Range(0, count).Select(i => (byte)(256 * key.Uniform((uint)i)))];
    }
}
