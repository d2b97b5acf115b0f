namespace Mettle.Nn.Tests;

/// <summary>Reservoir, choice without replacement, herding.</summary>
public sealed class MemoryOfRowsTests : IDisposable
{
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Reservoir_LongStream_KeepsEachRowEquallyOften()
    {
        const int Stream = 400, Capacity = 20, Trials = 2000;
        var kept = new int[10];
        for (int t = 0; t < Trials; t++)
        {
            var reservoir = new Reservoir(Capacity, RandomKey.FromSeed(1).At(t));
            reservoir.Offer([.. Enumerable.Range(0, Stream)]);
            Assert.Equal(Capacity, reservoir.Count);
            Assert.Equal(Capacity, reservoir.Rows.ToArray().Distinct().Count());
            foreach (int row in reservoir.Rows)
            {
                kept[row * 10 / Stream]++;
            }
        }

        // Chi-square with 9 degrees of freedom: 27.9 is its 99.9 % point.
        double expected = Capacity * Trials / 10.0;
        Assert.True(kept.Sum(k => (k - expected) * (k - expected) / expected) < 27.9, string.Join(' ', kept));
    }

    [Fact]
    public void Reservoir_SavedAndLoaded_GoesOnAsItWould()
    {
        var a = new Reservoir(5, RandomKey.FromSeed(2));
        float[] answers = [.. Enumerable.Range(0, 24).Select(i => (float)i)];
        a.Offer([.. Enumerable.Range(0, 12)], answers);
        var b = new Reservoir(5, RandomKey.FromSeed(2));
        b.LoadStateDict(a.StateDict());
        a.Offer([20, 21, 22], [1, 2, 3, 4, 5, 6]);
        b.Offer([20, 21, 22], [1, 2, 3, 4, 5, 6]);
        Assert.Equal(a.Rows.ToArray(), b.Rows.ToArray());
        int[] places = a.Choose(4, RandomKey.FromSeed(3));
        Assert.Equal(4, places.Distinct().Count());
        Assert.Equal(a.OutputsAt(places).ToArray<float>(), b.OutputsAt(places).ToArray<float>());
        Assert.Throws<InvalidDataException>(() => new Reservoir(6, RandomKey.FromSeed(2)).LoadStateDict(a.StateDict()));
    }

    [Fact]
    public void Reservoir_Outputs_StayWithTheirRows()
    {
        var r = new Reservoir(8, RandomKey.FromSeed(4));
        for (int row = 0; row < 50; row++)
        {
            r.Offer([row], [row, -row]);
        }

        float[] kept = r.OutputsAt([.. Enumerable.Range(0, 8)]).ToArray<float>();
        for (int place = 0; place < 8; place++)
        {
            Assert.Equal(r.RowAt(place), kept[2 * place]);
            Assert.Equal(-r.RowAt(place), kept[(2 * place) + 1]);
        }
    }

    [Fact]
    public void Distinct_AnyCount_IsWithoutReplacementAndEven()
    {
        var counts = new int[12];
        for (int t = 0; t < 6000; t++)
        {
            int[] drawn = Draw.Distinct(12, 5, RandomKey.FromSeed(5).At(t));
            Assert.Equal(5, drawn.Distinct().Count());
            Array.ForEach(drawn, d => counts[d]++);
        }

        // 11 degrees of freedom, 99.9 % point; counts vary less than independent ones, so the bound is wide.
        Assert.True(counts.Sum(c => (c - 2500.0) * (c - 2500.0) / 2500) < 31.3, string.Join(' ', counts));
        Assert.Equal(Enumerable.Range(0, 7), Draw.Distinct(7, 9, RandomKey.FromSeed(1)).Order());
    }

    [Fact]
    public void Herding_SmallCase_IsTheGreedyChoiceByHand()
    {
        // Mean (1, 1): the nearest row is (1, 2) at place 2; with it the best second is (1, 0), which makes the mean exact.
        float[] rows = [4, 1, 0, 0.5f, 1, 2, -1, 1.5f, 1, 0];
        Assert.Equal([1.0, 1.0], [rows.Where((_, i) => i % 2 == 0).Average(v => (double)v), rows.Where((_, i) => i % 2 == 1).Average(v => (double)v)]);
        Assert.Equal([2, 4], Herding.Choose(rows, 2, 2));
        Assert.Equal(5, Herding.Choose(rows, 2, 9).Distinct().Count());
    }

    [Fact]
    public void Herding_ManyRows_ComesNearerToTheMeanThanTheFirstRows()
    {
        float[] rows = Tensor.Normal(RandomKey.FromSeed(6), [300, 8]).ToArray<float>();
        double Away(int[] chosen) => Enumerable.Range(0, 8).Sum(j =>
        {
            double d = chosen.Average(i => (double)rows[(i * 8) + j]) - Enumerable.Range(0, 300).Average(i => (double)rows[(i * 8) + j]);
            return d * d;
        });
        Assert.True(Away(Herding.Choose(rows, 8, 10)) < 0.1 * Away([.. Enumerable.Range(0, 10)]));
    }
}
