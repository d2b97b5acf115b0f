namespace Mettle.Core.Tests.Ops;

/// <summary>Rows of softmax and its relatives: each as if it stood alone, whatever stands beside it.</summary>
[NoLeaks]
public sealed class SoftmaxTests
{
    private const float Inf = float.PositiveInfinity;

    [Theory]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(200)]
    [InlineData(1039)]
    [InlineData(5000)]
    public void Rows_AmongOthers_HaveTheBitsTheyHaveAlone(int n)
    {
        using var scope = MemoryScope.Begin();
        var x = Tensor.Normal(RandomKey.FromSeed(4), [35, n]) * 4;
        var (p, log, sum) = (x.Softmax(1), x.LogSoftmax(1), x.LogSumExp(1));
        for (int row = 0; row < 35; row++)
        {
            var alone = x.Narrow(0, row, row + 1);
            Assert.Equal(alone.Softmax(1).ToArray<float>(), p.Narrow(0, row, row + 1).ToArray<float>());
            Assert.Equal(alone.LogSoftmax(1).ToArray<float>(), log.Narrow(0, row, row + 1).ToArray<float>());
            Assert.Equal(alone.LogSumExp(1).ToArray<float>(), sum.Narrow(0, row, row + 1).ToArray<float>());
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(70)]
    [InlineData(1039)]
    public void Rows_WithNanOrInfinity_AreAsDefinedAndLeaveOthersAlone(int n)
    {
        using var scope = MemoryScope.Begin();
        float[] values = Tensor.Normal(RandomKey.FromSeed(5), [7, n]).ToArray<float>();
        values[n + 2] = float.NaN;
        values[(2 * n) + 1] = Inf;
        values[(2 * n) + 2] = 1e30f;
        values[(3 * n) + n - 1] = -Inf;
        Array.Fill(values, -Inf, 4 * n, n);
        (values[5 * n], values[(5 * n) + 1]) = (float.NaN, Inf);
        var x = Tensor.From(values).Reshape(7, n);
        float[] p = x.Softmax(1).ToArray<float>(), log = x.LogSoftmax(1).ToArray<float>(), sum = x.LogSumExp(1).ToArray<float>();
        for (int row = 0; row < 7; row++)
        {
            bool lost = row is 1 or 2 or 4 or 5;
            for (int i = row * n; i < (row + 1) * n; i++)
            {
                Assert.True(lost ? float.IsNaN(p[i]) && float.IsNaN(log[i]) : float.IsFinite(p[i]) && Math.Abs(p[i] - MathF.Exp(log[i])) < 1e-6, $"row {row}: {p[i]}, {log[i]}");
            }
        }

        Assert.Equal((0f, -Inf), (p[(4 * n) - 1], log[(4 * n) - 1]));
        Assert.Equal([float.NaN, Inf, -Inf, float.NaN], [sum[1], sum[2], sum[4], sum[5]]);
        Assert.All([sum[0], sum[3], sum[6]], s => Assert.True(float.IsFinite(s)));
    }
}
