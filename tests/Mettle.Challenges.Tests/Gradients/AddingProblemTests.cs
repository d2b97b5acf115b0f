using Mettle.Runs;

namespace Mettle.Challenges.Tests.Gradients;

public sealed class AddingProblemTests
{
    [Fact]
    public void Read_Rows_MarkOneValueOfEachHalfAndSumThem()
    {
        using var scope = MemoryScope.Begin();
        var data = Load(30, 400).Data.Encoded;
        Assert.Equal(new Shape(30, 2), data.Input.Sample);
        var rows = data.Train.Rows.Load([.. Enumerable.Range(0, data.Train.Count)], RandomKey.FromSeed(1));
        float[] x = rows.Inputs[0].ToArray<float>(), y = rows.Targets.ToArray<float>();
        for (int i = 0; i < rows.Count; i++)
        {
            int[] marked = [.. Enumerable.Range(0, 30).Where(t => x[(((i * 30) + t) * 2) + 1] == 1)];
            Assert.Equal(2, marked.Length);
            Assert.True(marked[0] < 15 && marked[1] >= 15);
            Assert.Equal(x[((i * 30) + marked[0]) * 2] + x[((i * 30) + marked[1]) * 2], y[i]);
        }

        double mean = y.Average(), variance = y.Average(v => (v - mean) * (v - mean));
        Assert.InRange(variance, Model.AddingProblem.Baseline * 0.8, Model.AddingProblem.Baseline * 1.2);
    }

    [Fact]
    public void Read_MoreRows_KeepsTheFirstOnes()
    {
        var few = (SequenceRows)new Model.AddingProblem(10, 20).Read(House.Recipe());
        var many = (SequenceRows)new Model.AddingProblem(10, 50).Read(House.Recipe());
        var split = new Mettle.Data.Split([0, 1, 2], [], []);
        using var scope = MemoryScope.Begin();
        Assert.Equal(
            few.Encode(split, House.Recipe(), (l, _) => l).Train.Targets,
            many.Encode(split, House.Recipe(), (l, _) => l).Train.Targets);
    }

    [Theory]
    [InlineData("tanh")]
    [InlineData("gru")]
    public void Recipe_TooLargeOrChronoWithoutGates_NamesTheField(string cell)
    {
        string yaml = $"name: t\ndata: {{source: {{adding-problem: {{length: 50000, rows: 1000000}}}}}}\nmodel: {{rnn: {{cell: {cell}, chrono: true}}}}\n";
        var e = Assert.Throws<RecipeException>(() =>
        {
            var recipe = House.Recipe(yaml);
            recipe.Word<ModelFactory>("model");
            Experiment.Prepare(recipe, new DataCache());
        });
        Assert.Contains(cell == "tanh" ? "needs a gated cell" : "lower rows", e.Message, StringComparison.Ordinal);
    }

    private static Experiment Load(int length, int rows)
        => Experiment.Prepare(House.Recipe($"name: t\ndata: {{source: {{adding-problem: {{length: {length}, rows: {rows}}}}}}}\nmodel: {{rnn: {{hidden: 4}}}}\n"), new DataCache());
}
