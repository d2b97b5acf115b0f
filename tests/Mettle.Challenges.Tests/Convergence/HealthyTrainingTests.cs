using Mettle.Runs;

namespace Mettle.Challenges.Tests.Convergence;

/// <summary>Live recovery leaves healthy trainings alone: its false alarms over seeds, counted.</summary>
public sealed class HealthyTrainingTests
{
    private const string Digits =
        """
        name: digits
        data: {source: digits, test-modulo: [4, 0], validation: 0.1}
        model: {mlp: {hidden: [64]}}
        train: {epochs: 30, batch: 32, optimizer: {sgd: {rate: 0.1, momentum: 0.9}}, schedule: cosine}
        """;

    private const string Adding =
        """
        name: adding
        data: {source: {adding-problem: {length: 20, rows: 4000}}}
        model: {rnn: {cell: lstm, hidden: 32}}
        train: {epochs: 15, batch: 32, optimizer: {adam: {rate: 0.005}}}
        """;

    private const string Fashion =
        """
        name: fashion
        data:
          source:
            idx:
              images: $METTLE_DATA/images/fashion-mnist/train-images-idx3-ubyte.gz
              labels: $METTLE_DATA/images/fashion-mnist/train-labels-idx1-ubyte.gz
              test-images: $METTLE_DATA/images/fashion-mnist/t10k-images-idx3-ubyte.gz
              test-labels: $METTLE_DATA/images/fashion-mnist/t10k-labels-idx1-ubyte.gz
          limit: 2000
        model: {cnn: {widths: [8, 16]}}
        train: {epochs: 4, batch: 64, optimizer: {sgd: {rate: 0.05, momentum: 0.9}}}
        """;

    [Theory]
    [InlineData("train.schedule", "cosine")]
    [InlineData("train.schedule", "constant")]
    [InlineData("train.schedule", "{warm-restarts: {cycles: 4}}")]
    [InlineData("train.optimizer", "{adam: {rate: 0.003}}")]
    [InlineData("train.optimizer", "{sgd: {rate: 0.01, momentum: 0.9, nesterov: true}}")]
    [InlineData("data.label-noise", "0.3")]
    [InlineData("train.mixup", "0.4")]
    [InlineData("train.batch", "4")]
    public void Train_Digits_RaisesNoAlarm(string path, string value)
    {
        var recipe = House.Recipe(Digits).WithYaml(path, value);
        None(path == "train.batch" ? recipe.With("train.optimizer.sgd.rate", 0.01) : recipe, 5);
    }

    [Fact]
    public void Train_AddingProblem_RaisesNoAlarm() => None(House.Recipe(Adding), 2);

    [Fact]
    public void Train_FashionMnist_RaisesNoAlarm()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("METTLE_DATA") is null, "METTLE_DATA is not set");
        None(House.Recipe(Fashion), 2);
    }

    private static void None(Recipe recipe, int seeds)
    {
        var cache = new DataCache();
        for (int seed = 1; seed <= seeds; seed++)
        {
            var result = Experiment.Prepare(recipe.With("seed", seed), cache).Train(new TrainOptions()).Result;
            Assert.Null(result.Divergence);
            Assert.True(result.Recoveries.Count == 0, result.Recoveries.FirstOrDefault()?.Message);
        }
    }
}
