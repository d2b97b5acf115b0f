namespace Mettle.Core.Tests.Graphs;

/// <summary>Backward passes over random graphs: right gradients, right memory.</summary>
[NoLeaks]
public sealed class RandomGraphTests
{
    public static IEnumerable<TheoryDataRow<int>> Seeds => Enumerable.Range(0, 60).Select(s => new TheoryDataRow<int>(s));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Backward_FreeingAsItGoes_EqualsRecordedGradient(int seed)
    {
        using var scope = MemoryScope.Begin();
        var graph = new RandomGraph(seed);
        var kept = graph.Leaves();
        var expected = Autograd.Grad(graph.Build(kept), kept, createGraph: true);

        var leaves = graph.Leaves();
        var cut = new List<Tensor>();
        var loss = graph.Build(leaves, cut);
        var before = cut.ConvertAll(t => t.ToArray<double>());
        loss.Backward();
        for (int i = 0; i < leaves.Length; i++)
        {
            Assert.Equal(expected[i] is null, leaves[i].Grad is null);
            if (expected[i] is { } e)
            {
                Conformance.Compare.Close(Conformance.NdArray.Of(e), Conformance.NdArray.Of(leaves[i].Grad!), 1e-12, perElement: false, $"leaf {i}");
            }

            Assert.Equal(kept[i].ToArray<double>(), leaves[i].ToArray<double>());
        }

        Assert.Equal(before, cut.ConvertAll(t => t.ToArray<double>()));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Grad_AlongRandomDirection_MatchesDifferences(int seed)
    {
        using var scope = MemoryScope.Begin();
        // Differences see through a cut, so there is none.
        var graph = new RandomGraph(seed, cuts: false);
        var leaves = graph.Leaves();
        var grads = Autograd.Grad(graph.Build(leaves), leaves);
        const double H = 1e-6;
        var v = leaves.Select((x, i) => Tensor.Normal(RandomKey.FromSeed(3).At(i), x.Shape, dtype: DType.F64)).ToArray();
        double Value(double t) => graph.Build([.. leaves.Select((x, i) => x.Detach() + (v[i] * t))]).Item();
        double difference = (Value(H) - Value(-H)) / (2 * H);
        double slope = grads.Select((g, i) => g is null ? 0 : (g * v[i]).Sum().Item()).Sum();
        Assert.Equal(difference, slope, 1e-6 * Math.Max(1, Math.Abs(slope)));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Backward_Twice_Accumulates(int seed)
    {
        using var scope = MemoryScope.Begin();
        var graph = new RandomGraph(seed);
        var leaves = graph.Leaves();
        graph.Build(leaves).Backward();
        var once = leaves.Select(x => x.Grad?.ToArray<double>()).ToArray();
        graph.Build(leaves).Backward();
        for (int i = 0; i < leaves.Length; i++)
        {
            Assert.Equal(once[i]?.Select(x => 2 * x), leaves[i].Grad?.ToArray<double>());
        }
    }
}
