using System.Numerics;

namespace Mettle.Core.Tests.Kernels;

/// <summary>Every path of the matrix product against one ascending chain of fused multiply-adds per element, to the bit.</summary>
public sealed unsafe class GemmTests : IDisposable
{
    private readonly int threads = Scheduler.Threads;

    /// <summary>In place, panel by panel, block by block; odd sizes, one row, one column, several blocks of depth.</summary>
    public static TheoryData<int, int, int> Shapes { get; } = new()
    {
        { 1, 1, 1 },
        { 1, 70, 300 },
        { 1, 1100, 1 },
        { 1, 200, 1500 },
        { 300, 70, 1 },
        { 3, 5, 7 },
        { 8, 1300, 650 },
        { 12, 64, 32 },
        { 13, 33, 17 },
        { 32, 1040, 544 },
        { 33, 100, 10 },
        { 127, 131, 129 },
        { 600, 70, 90 },
        { 530, 3, 64 },
        { 301, 1310, 515 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MatMul_AnyLayoutAndThreads_IsOneChainPerElement(int m, int k, int n)
    {
        Check<float>(m, k, n, DType.F32, float.FusedMultiplyAdd);
        Check<double>(m, k, n, DType.F64, double.FusedMultiplyAdd);
    }

    [Fact]
    public void MatMul_WideLarge_IsOneChainPerElement() => Check<float>(140, 800, 2085, DType.F32, float.FusedMultiplyAdd);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void MatMul_BatchedViews_EqualProductsOneByOne(bool transposeA, bool transposeB)
    {
        using var scope = MemoryScope.Begin();
        var key = RandomKey.FromSeed(4);
        const int heads = 3, items = 5, m = 21, k = 34, n = 45;
        var a = Tensor.Normal(key.At(0), transposeA ? [items, k, heads, m] : [items, m, heads, k]).Permute(0, 2, 1, 3);
        var b = Tensor.Normal(key.At(1), transposeB ? [items, n, heads, k] : [items, k, heads, n]).Permute(0, 2, 1, 3);
        a = transposeA ? a.Transpose() : a;
        b = transposeB ? b.Transpose() : b;
        var all = a.MatMul(b);
        for (int i = 0; i < items; i++)
        {
            for (int h = 0; h < heads; h++)
            {
                var one = a.Select(0, i).Select(0, h).MatMul(b.Select(0, i).Select(0, h));
                Assert.Equal(one.ToArray<float>(), all.Select(0, i).Select(0, h).ToArray<float>());
            }
        }
    }

    [Theory]
    [InlineData(1, 45)]
    [InlineData(45, 1)]
    [InlineData(1, 1)]
    public void MatMul_BatchedRowsOrColumns_EqualProductsOneByOne(int m, int n)
    {
        using var scope = MemoryScope.Begin();
        var a = Tensor.Normal(RandomKey.FromSeed(5), [6, m, 19]);
        var b = Tensor.Normal(RandomKey.FromSeed(6), [6, n, 19]).Transpose();
        var all = a.MatMul(b);
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(a.Select(0, i).MatMul(b.Select(0, i)).ToArray<float>(), all.Select(0, i).ToArray<float>());
        }
    }

    [Fact]
    public void MatMul_NanAndInfinity_ReachTheirRowsAndColumnsOnly()
    {
        using var scope = MemoryScope.Begin();
        foreach (int n in new[] { 5, 16, 29, 32, 40 })
        {
            float[] a = new float[14 * 9], b = new float[9 * n];
            Array.Fill(a, 1);
            Array.Fill(b, 1);
            a[(13 * 9) + 4] = float.NaN;
            a[(2 * 9) + 1] = float.PositiveInfinity;
            b[(7 * n) + n - 1] = float.NegativeInfinity;
            float[] c = Tensor.From(a).Reshape(14, 9).MatMul(Tensor.From(b).Reshape(9, n)).ToArray<float>();
            for (int i = 0; i < 14; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    float expected = i == 13 || (i == 2 && j == n - 1) ? float.NaN
                        : i == 2 ? float.PositiveInfinity
                        : j == n - 1 ? float.NegativeInfinity : 9;
                    Assert.Equal(expected, c[(i * n) + j]);
                }
            }
        }
    }

    [Theory]
    [InlineData(0, 4, 3)]
    [InlineData(4, 0, 3)]
    [InlineData(4, 3, 0)]
    public void MatMul_NoElements_IsZerosOrEmpty(int m, int k, int n)
    {
        using var scope = MemoryScope.Begin();
        var c = Tensor.Ones([m, k]).MatMul(Tensor.Ones([k, n]));
        Assert.Equal(new float[m * n], c.ToArray<float>());
    }

    [Fact]
    public void Rows_AnyRowsAndColumns_ReadsAndWritesNothingBeyond()
    {
        const int k = 9, cRow = 37;
        foreach (bool accumulate in new[] { false, true })
        {
            for (int rows = 1; rows <= 26; rows++)
            {
                for (int columns = 1; columns <= 32; columns++)
                {
                    float[] a = Values(rows * k, 1), b = Values(((k - 1) * 40) + columns, 2), c = Values(rows * cRow, 3);
                    float[] expected = [.. c];
                    for (int i = 0; i < rows; i++)
                    {
                        for (int j = 0; j < columns; j++)
                        {
                            float s = accumulate ? c[(i * cRow) + j] : 0;
                            for (int p = 0; p < k; p++)
                            {
                                s = MathF.FusedMultiplyAdd(a[(i * k) + p], b[(p * 40) + j], s);
                            }

                            expected[(i * cRow) + j] = s;
                        }
                    }

                    fixed (float* pa = a, pb = b, pc = c)
                    {
                        GemmTile.Rows(pa, k, 1, pb, 40, pc, cRow, rows, columns, k, accumulate);
                    }

                    Assert.Equal(expected, c);
                }
            }
        }
    }

    public void Dispose() => Scheduler.Threads = threads;

    private static float[] Values(int n, int seed)
    {
        using var scope = MemoryScope.Begin();
        return Tensor.Normal(RandomKey.FromSeed((ulong)seed), [n]).ToArray<float>();
    }

    private static void Check<T>(int m, int k, int n, DType type, Func<T, T, T, T> fma)
        where T : unmanaged, INumber<T>
    {
        using var scope = MemoryScope.Begin();
        var key = RandomKey.FromSeed(7);
        var a = Tensor.Normal(key.At(0), [m, k]).To(type);
        var b = Tensor.Normal(key.At(1), [k, n]).To(type);
        Tensor[] lefts = [a, a.Transpose().Contiguous().Transpose(), Wide(a)];
        Tensor[] rights = [b, b.Transpose().Contiguous().Transpose(), Wide(b)];
        T[] expected = Chains(a.ToArray<T>(), b.ToArray<T>(), m, k, n, fma, out int[] at);
        foreach (int t in new[] { 1, 2, 3 })
        {
            Scheduler.Threads = t;
            foreach (var left in lefts)
            {
                foreach (var right in rights)
                {
                    T[] c = left.MatMul(right).ToArray<T>();
                    for (int i = 0; i < at.Length; i++)
                    {
                        if (expected[i] != c[at[i]])
                        {
                            Assert.Fail($"[{m}, {k}] x [{k}, {n}], strides [{string.Join(", ", left.Strides.AsSpan().ToArray())}] and [{string.Join(", ", right.Strides.AsSpan().ToArray())}], {t} threads: element {at[i]} is {c[at[i]]}, not {expected[i]}.");
                        }
                    }
                }
            }
        }
    }

    // Neither stride is 1.
    private static Tensor Wide(Tensor t) => Tensor.Stack(2, t, t).Select(2, 1);

    // All elements of a small product, some thousands of a large one.
    private static T[] Chains<T>(T[] a, T[] b, int m, int k, int n, Func<T, T, T, T> fma, out int[] at)
        where T : INumber<T>
    {
        int step = Math.Max(1, (int)((long)m * n * k / 3_000_000)) | 1;
        at = [.. Enumerable.Range(0, ((m * n) - 1) / step).Select(i => i * step), (m * n) - 1];
        return [.. at.Select(e =>
        {
            var s = T.Zero;
            for (int p = 0; p < k; p++)
            {
                s = fma(a[(e / n * k) + p], b[(p * n) + (e % n)], s);
            }

            return s;
        })];
    }
}
