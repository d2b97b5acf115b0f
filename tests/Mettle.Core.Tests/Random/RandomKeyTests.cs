namespace Mettle.Core.Tests.Random;

[NoLeaks]
public sealed class RandomKeyTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(11);

    // Known answers of Random123 for philox4x32 with 10 rounds; a key's words use the upper half of the counter as 0.
    [Theory]
    [InlineData(0UL, 0UL, 0UL, 0x6627E8D5u, 0xE169C58Du, 0xBC57AC4Cu, 0x9B00DBD8u)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408F276Du, 0x41C83B0Eu, 0xA20BC7C6u, 0x6D5451FDu)]
    public void Words_KnownAnswers_AreRandom123s(ulong counter, ulong upper, ulong key, uint a, uint b, uint c, uint d)
        => Assert.Equal((a, b, c, d), upper == 0 ? new RandomKey(key).Words(counter) : RandomKey.Philox(key, counter, upper));

    [Fact]
    public void Streams_ByPurposeEpochAndIndex_AllDiffer()
    {
        var keys = new HashSet<RandomKey>();
        foreach (string purpose in (string[])["dropout", "shuffle", "init", ""])
        {
            for (int epoch = 0; epoch < 20; epoch++)
            {
                for (int index = 0; index < 50; index++)
                {
                    keys.Add(Key.For(purpose).At(epoch).At(index));
                }
            }
        }

        Assert.Equal(4 * 20 * 50, keys.Count);
    }

    [Fact]
    public void Uniform_MillionValues_HasTheMomentsOfTheUniform()
    {
        using var scope = MemoryScope.Begin();
        var x = Tensor.Uniform(Key, [1_000_000]).ToArray<float>();
        Assert.All(x, v => Assert.InRange(v, 0f, 0.99999994f));
        AssertMoments(x, mean: 0.5, variance: 1.0 / 12, kurtosis: 1.8);
        AssertFlat(x.Select(v => (double)v), 64);
    }

    [Fact]
    public void Normal_MillionValues_HasTheMomentsOfTheNormal()
    {
        using var scope = MemoryScope.Begin();
        var x = Tensor.Normal(Key, [1_000_000]).ToArray<float>();
        AssertMoments(x, mean: 0, variance: 1, kurtosis: 3);

        // The distribution function makes normals uniform.
        AssertFlat(x.Take(50_000).Select(v => 0.5 * (1 + Conformance.Oracles.ErrorFunction.Erf(v / Math.Sqrt(2)))), 64);
    }

    [Fact]
    public void Normal_Neighbours_AreUncorrelated()
    {
        using var scope = MemoryScope.Begin();
        var x = Tensor.Normal(Key.For("lag"), [400_000]).ToArray<float>();
        foreach (int lag in (int[])[1, 2, 4, 8, 16, 32])
        {
            double sum = 0;
            for (int i = lag; i < x.Length; i++)
            {
                sum += x[i] * x[i - lag];
            }

            // Five standard deviations of a correlation of independent values.
            Assert.InRange(sum / x.Length, -5 / Math.Sqrt(x.Length), 5 / Math.Sqrt(x.Length));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(16384)]
    [InlineData(50000)]
    public void Normal_AnyLength_IsAPrefixOfTheLonger(int count)
    {
        using var scope = MemoryScope.Begin();
        var all = Tensor.Normal(Key, [100_000]).ToArray<float>();
        Assert.Equal(all[..count], Tensor.Normal(Key, [count]).ToArray<float>());
    }

    [Fact]
    public void Uniform_EveryElement_IsTheUpper24BitsOfItsWord()
    {
        var key = RandomKey.FromSeed(17);
        var t = Tensor.Uniform(key, [20_003]);
        var values = t.ToArray<float>();
        t.Release();
        for (int i = 0; i < values.Length; i++)
        {
            var (a, b, c, d) = key.Words((ulong)i / 4);
            uint word = (i % 4) switch { 0 => a, 1 => b, 2 => c, _ => d };
            Assert.Equal((word >> 8) / (float)(1 << 24), values[i]);
        }
    }

    [Fact]
    public void Uniform_OneOrThreeThreads_IsTheSame()
    {
        using var scope = MemoryScope.Begin();
        int before = Scheduler.Threads;
        try
        {
            Scheduler.Threads = 1;
            var one = Tensor.Uniform(Key, [300_001]).ToArray<float>();
            Scheduler.Threads = 3;
            Assert.Equal(one, Tensor.Uniform(Key, [300_001]).ToArray<float>());
        }
        finally
        {
            Scheduler.Threads = before;
        }
    }

    [Fact]
    public void Below_SmallBound_IsFlat()
    {
        var counts = new int[10];
        for (ulong i = 0; i < 200_000; i++)
        {
            counts[Key.Below(10, i)]++;
        }

        // Five standard deviations of a binomial count.
        Assert.All(counts, n => Assert.InRange(n, 20_000 - 671, 20_000 + 671));
        Assert.Throws<ArgumentOutOfRangeException>(() => Key.Below(0));
    }

    [Fact]
    public void Draw_SomeOfMany_AreDifferentAndEveryPairIsAsLikely()
    {
        Assert.Equal(Enumerable.Range(0, 1000), Key.Draw(1000, 1000).Order());
        Assert.Empty(Key.Draw(0, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Key.Draw(6, 5));
        var counts = new Dictionary<(int, int), int>();
        const int Draws = 20_000, Pairs = 5 * 4;
        for (int i = 0; i < Draws; i++)
        {
            int[] pair = Key.At(i).Draw(2, 5);
            Assert.NotEqual(pair[0], pair[1]);
            counts[(pair[0], pair[1])] = counts.GetValueOrDefault((pair[0], pair[1])) + 1;
        }

        // Chi-square with 19 degrees of freedom: 43.8 is exceeded once in a thousand fixed keys.
        double expected = Draws / (double)Pairs;
        Assert.Equal(Pairs, counts.Count);
        Assert.True(counts.Values.Sum(c => (c - expected) * (c - expected) / expected) < 43.8);
    }

    [Fact]
    public void Permutation_OfN_HoldsEachOnceAndEveryOrderIsAsLikely()
    {
        Assert.Equal(Enumerable.Range(0, 1000), Key.Permutation(1000).Order());
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < 24_000; i++)
        {
            string order = string.Join(',', Key.At(i).Permutation(4));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, n => Assert.InRange(n, 1000 - 155, 1000 + 155));
    }

    private static void AssertMoments(float[] x, double mean, double variance, double kurtosis)
    {
        double m = x.Average(v => (double)v);
        double second = x.Average(v => (v - m) * (v - m));
        double fourth = x.Average(v => Math.Pow(v - m, 4)) / (second * second);
        double third = x.Average(v => Math.Pow(v - m, 3)) / Math.Pow(second, 1.5);
        Assert.InRange(m, mean - 0.005, mean + 0.005);
        Assert.InRange(second, variance * 0.993, variance * 1.007);
        Assert.InRange(third, -0.015, 0.015);
        Assert.InRange(fourth, kurtosis - 0.03, kurtosis + 0.03);
    }

    // Chi-square over equal cells; its mean is cells - 1 and its variance twice that, five deviations are allowed.
    private static void AssertFlat(IEnumerable<double> uniforms, int cells)
    {
        var counts = new int[cells];
        int n = 0;
        foreach (double u in uniforms)
        {
            counts[Math.Min(cells - 1, (int)(u * cells))]++;
            n++;
        }

        double expected = n / (double)cells;
        double chi = counts.Sum(c => (c - expected) * (c - expected) / expected);
        Assert.InRange(chi, 0, cells - 1 + (5 * Math.Sqrt(2.0 * (cells - 1))));
    }
}
