using Mettle;

namespace Mettle.Core.Tests.Ops;

public sealed class TensorIndexingTests
{
    private static readonly Tensor Table = Tensor.Arange(12, DType.F32).Reshape(3, 4);

    [Fact]
    public void SplitAndConcat_OfUnequalPieces_RestoreTheTensor()
    {
        var pieces = Table.Split(1, 1, 0, 3);
        Assert.Equal("[3, 3]", pieces[2].Shape.ToString());
        Assert.Equal(Table.ToArray<float>(), Tensor.Concat(-1, pieces).ToArray<float>());
        Assert.Contains("add up to 3", Assert.Throws<ArgumentException>(() => Table.Split(1, 1, 2)).Message);
    }

    [Fact]
    public void Chunk_CountNotDividing_LastIsSmaller()
        => Assert.Equal([2, 2, 1], Tensor.Zeros([5]).Chunk(0, 3).Select(c => c.Shape[0]));

    [Fact]
    public void Stack_AlongLastAxis_Interleaves()
        => Assert.Equal([1f, 3f, 2f, 4f], Tensor.Stack(-1, Tensor.From([1f, 2f]), Tensor.From([3f, 4f])).ToArray<float>());

    [Fact]
    public void ArgMax_TiesAndNaN_TakesFirstAndNaN()
    {
        var x = Tensor.From([1f, 3f, 3f, 0f, float.NaN, 5f, float.NaN, 1f], [2, 4]);
        Assert.Equal([1L, 0L], x.ArgMax(1).ToArray<long>());
        Assert.Equal([3L, 0L], x.ArgMin(1).ToArray<long>());
        Assert.Equal([1L, 1L, 1L, 1L], x.ArgMax(0).ToArray<long>());
    }

    [Fact]
    public void Sort_TiesAndNaN_IsStableWithNaNAsLargest()
    {
        var x = Tensor.From([2f, float.NaN, 1f, 2f, 1f]);
        Assert.Equal([2L, 4L, 0L, 3L, 1L], x.Sort().Indices.ToArray<long>());
        Assert.Equal([1L, 0L, 3L, 2L, 4L], x.Sort(descending: true).Indices.ToArray<long>());
        Assert.Equal([2L, 4L], x.TopK(2, largest: false).Indices.ToArray<long>());
        Assert.Contains("6 were asked for", Assert.Throws<ArgumentException>(() => x.TopK(6)).Message);
    }

    [Fact]
    public void Triangles_OffMainDiagonal_KeepTheirSide()
    {
        Assert.Equal([0f, 0, 2, 3, 0, 0, 0, 7, 0, 0, 0, 0], Table.Triu(2).ToArray<float>());
        Assert.Equal([0f, 0, 0, 0, 4, 0, 0, 0, 8, 9, 0, 0], Table.Tril(-1).ToArray<float>());
        Assert.Equal([1f, 0, 0, 1], Tensor.Eye(2).ToArray<float>());
    }

    [Fact]
    public void Logic_OfBools_FollowsTruthTables()
    {
        var a = Tensor.From([false, false, true, true]);
        var b = Tensor.From([false, true, false, true]);
        Assert.Equal([false, false, false, true], (a & b).ToArray<bool>());
        Assert.Equal([false, true, true, true], (a | b).ToArray<bool>());
        Assert.Equal([true, true, false, false], (!a).ToArray<bool>());
        Assert.Equal([false, true], (a | b).Reshape(2, 2).All(0).ToArray<bool>());
        Assert.Equal([false, true], a.Reshape(2, 2).Any(1).ToArray<bool>());
        Assert.Equal([true, false, false, false], Tensor.From([1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity]).IsFinite().ToArray<bool>());
    }

    [Fact]
    public void Bernoulli_OfManyDraws_HasItsRate()
        => Assert.InRange(Tensor.Bernoulli(RandomKey.FromSeed(3), [100_000], 0.3).Mean().Item(), 0.295, 0.305);

    [Fact]
    public void CrossEntropy_AllIgnored_MeanIsNaNAndEachIsZero()
    {
        var x = Tensor.Ones([2, 3]);
        var t = Tensor.From([-100L, -100L]);
        Assert.True(double.IsNaN(x.CrossEntropy(t).Item()));
        Assert.Equal([0f, 0f], x.CrossEntropyEach(t).ToArray<float>());
    }

    [Fact]
    public void CrossEntropy_HugeLogits_StaysExact()
    {
        var x = Tensor.From([1e4f, 0f, -1e4f]).Reshape(1, 3).WithGrad();
        var loss = x.CrossEntropy(Tensor.From([2L]));
        Assert.Equal(2e4, loss.Item());
        Assert.Equal([1f, 0f, -1f], Autograd.Grad(loss, [x])[0]!.ToArray<float>());
    }

    [Fact]
    public void SoftplusAndBce_OnTails_KeepRelativePrecision()
    {
        var x = Tensor.From([-30f, 30f]);
        Assert.Equal(Math.Exp(-30), x.Softplus().ToArray<float>()[0], 1e-18);
        var loss = x.BceWithLogitsEach(Tensor.From([0f, 1f])).ToArray<float>();
        Assert.All(loss, v => Assert.Equal(Math.Exp(-30), v, 1e-18));
    }

    [Fact]
    public void LogSumExp_InfiniteElements_FollowsLimits()
    {
        float inf = float.PositiveInfinity;
        var x = Tensor.From([-inf, -inf, inf, 0f, -inf, 2f], [3, 2]);
        Assert.Equal([-inf, inf, 2f], x.LogSumExp(1).ToArray<float>());
    }

    [Fact]
    public void Embed_GradientOfRepeatedToken_AddsUp()
    {
        var table = Table.WithGrad();
        var y = table.Embed(Tensor.From([2L, 0L, 2L]));
        var g = Autograd.Grad(y.Sum(), [table])[0]!;
        Assert.Equal([1f, 1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2], g.ToArray<float>());
    }

    [Fact]
    public void Prod_WithZeros_HasExactFirstAndSecondDerivatives()
    {
        var x = Tensor.From([2.0, 0.0, 3.0, 0.0, 5.0, 7.0], [2, 3]);
        Assert.Equal([0.0, 0.0], x.Prod(1).ToArray<double>());
        Assert.Equal([0.0, 0.0, 21.0], x.Prod(0).ToArray<double>());
        var leaf = x.WithGrad();
        Assert.Equal([0.0, 6.0, 0.0, 35.0, 0.0, 0.0], Autograd.Grad(leaf.Prod(1).Sum(), [leaf])[0]!.ToArray<double>());
        var v = Tensor.From([1.0, 1.0, 0.0, 0.0, 0.0, 0.0], [2, 3]);
        Assert.Equal([3.0, 3.0, 2.0, 0.0, 0.0, 0.0], Transforms.Hvp(t => t.Prod(1).Sum(), x, v).ToArray<double>());
        Assert.Equal(1.0, Tensor.Zeros([0]).Prod().Item());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TopK_WithNaNTiesAndInfinities_EqualsStartOfSort(bool largest)
    {
        using var scope = MemoryScope.Begin();
        var key = RandomKey.FromSeed(11);
        float[] odd = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, 1];
        var values = new float[5 * 131];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = odd[key.Below(odd.Length, (ulong)i)];
        }

        var x = Tensor.From(values, [5, 131]);
        foreach (int k in new[] { 1, 2, 17, 63 })
        {
            var (first, places) = x.TopK(k, largest: largest);
            var (all, order) = x.Sort(1, descending: largest);
            Assert.Equal(all.Narrow(1, 0, k).ToArray<float>(), first.ToArray<float>());
            Assert.Equal(order.Narrow(1, 0, k).ToArray<long>(), places.ToArray<long>());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void ArgMax_WithNaNTiesAndInfinities_IsFirstOfTheExtreme(int axis)
    {
        using var scope = MemoryScope.Begin();
        var key = RandomKey.FromSeed(12);
        float[] odd = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, 1, 2, 3];
        var values = new float[3 * 37 * 45];
        for (int i = 0; i < values.Length; i++)
        {
            int n = odd.Length - (i % 45 < 30 ? 1 : 0);
            values[i] = odd[^(1 + key.Below(n, (ulong)i))];
        }

        var x = Tensor.From(values, [3, 37, 45]);
        Assert.Equal(x.TopK(1, axis).Indices.Squeeze(axis).ToArray<long>(), x.ArgMax(axis).ToArray<long>());
        Assert.Equal(LowestPlaces(x, axis), x.ArgMin(axis).ToArray<long>());
    }

    // A NaN is found first by ArgMin too, while it comes last in a sort.
    private static long[] LowestPlaces(Tensor x, int axis)
    {
        var isNaN = !(x.EqualTo(x));
        return Tensor.Where(isNaN, float.NegativeInfinity, Tensor.Where(x.EqualTo(double.NegativeInfinity), -4, x)).TopK(1, axis, largest: false).Indices.Squeeze(axis).ToArray<long>();
    }
}
