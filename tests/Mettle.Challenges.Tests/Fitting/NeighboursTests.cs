using Mettle.Challenges.Model;
using Mettle.Runs;

namespace Mettle.Challenges.Tests.Fitting;

public sealed class NeighboursTests
{
    [Fact]
    public void Of_TableWithCategories_AgreesWithAFullSearch()
    {
        using var folder = new TemporaryFolder();
        var key = RandomKey.FromSeed(7);
        string[] kinds = ["a", "b", "c"];
        File.WriteAllLines(Path.Combine(folder.Path, "rows.csv"), Enumerable.Range(0, 90).Select(i => FormattableString.Invariant($"{key.Uniform((ulong)i):0.00000},{key.For("z").Uniform((ulong)i):0.00000},{kinds[key.For("k").Below(3, (ulong)i)]},{(i % 2 == 0 ? "yes" : "no")}")).Prepend("x,z,k,y"));
        var recipe = Recipe.Parse("name: t\ndata: {source: {csv: {path: rows.csv}}, target: y}\nmodel: {tabular: {hidden: [2]}}\ntrain: {epochs: 1}\n", "t.yaml", House.Vocabulary, folder.Path);
        using var scope = MemoryScope.Begin("neighbours");
        var experiment = Experiment.Prepare(recipe, new DataCache());
        var near = Neighbours.Of(new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1)));
        var train = experiment.Data.Encoded.Train;
        var batch = train.Rows.Load([.. Enumerable.Range(0, train.Count)], default);
        float[] numbers = batch.Inputs[0].ToArray<float>();
        long[] codes = batch.Inputs[1].To(DType.I64).ToArray<long>();
        Assert.Equal(train.Count, near.Rows.Count);
        for (int at = 0; at < near.Rows.Count; at++)
        {
            int row = near.Rows[at];
            double Distance(int j) => Math.Pow(numbers[2 * row] - numbers[2 * j], 2) + Math.Pow(numbers[(2 * row) + 1] - numbers[(2 * j) + 1], 2) + (codes[row] == codes[j] ? 0 : 2);
            int[] expected = [.. Enumerable.Range(0, train.Count).Where(j => j != row).OrderBy(Distance).Take(Neighbours.Nearest)];
            Assert.Equal(expected.Select(j => Math.Round(Distance(j), 4)), near.Found[at].Select(j => Math.Round(Distance(j), 4)));
        }
    }

    [Fact]
    public void Of_HandfulOfRows_KnowsNone()
    {
        using var scope = MemoryScope.Begin("neighbours");
        var experiment = Experiment.Prepare(House.Recipe().With("data.limit", 10).With("train.epochs", 1), new DataCache());
        Assert.False(Neighbours.Of(new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1))).AreKnown);
    }
}
