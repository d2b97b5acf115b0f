using Mettle.Nn;

namespace Mettle.Runs.Tests.Experiments;

/// <summary>The field <c>train.mup</c>.</summary>
public sealed class WidthTransferTests
{
    private const string Digits =
        """
        name: t
        data: {source: digits, limit: 300}
        model: {mlp: {hidden: [32, 16]}}
        train:
          epochs: 1
          optimizer: adamw
        """;

    [Theory]
    [InlineData("{mlp: {hidden: [32, 16]}}", 32)]
    [InlineData("{mlp: {depth: 3, width: 24, residual: true}}", 24)]
    [InlineData("{cnn: {widths: [4, 8]}}", 8)]
    public void Train_AtTheBaseWidth_GivesTheSameBits(string model, int width)
    {
        string yaml = Digits.Replace("{mlp: {hidden: [32, 16]}}", model, StringComparison.Ordinal);
        string plain = Weights(yaml), muP = Weights($"{yaml}\n  mup: {width}");
        Assert.Equal(plain, muP);
        Assert.NotEqual(plain, Weights($"{yaml}\n  mup: {width / 2}"));
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("lion")]
    [InlineData("lamb")]
    [InlineData("muon")]
    public void Training_WiderThanTheBase_RatesFollowForEveryOptimizer(string optimizer)
    {
        string yaml = Digits.Replace("adamw", optimizer, StringComparison.Ordinal);
        Assert.Contains(Groups($"{yaml}\n  mup: 8"), g => g.RateScale is not 1);
        Assert.All(Groups(yaml), g => Assert.Equal(1, g.RateScale));
    }

    [Theory]
    [InlineData("{mlp: {hidden: [32, 16]}}", "0.5, 1, 0.5, 1, 0.5, 1")]
    [InlineData("{mlp: {depth: 2, width: 32, residual: true, norm: layer}}", "1, 1, 1, 1, 0.5, 1, 1, 1, 0.5, 1, 0.5, 1")]
    [InlineData("{cnn: {widths: [8, 32], norm: none}}", "1, 1, 0.5, 1, 0.5, 1, 0.5, 1, 0.5, 1")]
    public void Training_TwiceTheBase_EachLayersRateFollowsItsInputs(string model, string rates)
    {
        string yaml = Digits.Replace("{mlp: {hidden: [32, 16]}}", model, StringComparison.Ordinal);
        double[] wanted = [.. rates.Split(", ").Select(double.Parse)];
        wanted[0] = 1;
        Assert.Equal(wanted, Groups($"{yaml}\n  mup: 16").Select(g => g.RateScale));
    }

    [Fact]
    public void Training_WeightDecay_ActsAsStronglyAtEveryWidth()
        => Assert.All(Groups($"{Digits}\n  mup: 16"), g => Assert.Equal(0.01, g.RateScale * g.WeightDecay!.Value, 1e-12));

    [Fact]
    public void BuildModel_SnapshotEnsemble_ItsLiveModelIsScaled()
    {
        string yaml = $"{Digits.Replace("epochs: 1", "epochs: 4\n  snapshots: 2\n  schedule: warm-restarts", StringComparison.Ordinal)}\n  mup: 8";
        Assert.Contains(Groups(yaml), g => g.RateScale is not 1);
    }

    [Fact]
    public void Check_BaseOfAnotherForm_NamesLineAndMend()
    {
        // Digits have 64 pixels: at 64 units the first residual block would add the image itself.
        string yaml = Digits.Replace("{mlp: {hidden: [32, 16]}}", "{mlp: {hidden: [128, 128], residual: true}}", StringComparison.Ordinal);
        var e = Assert.Throws<RecipeException>(() => Prepare($"{yaml}\n  mup: 64").Check());
        Assert.StartsWith("test.yaml:7:", e.Message, StringComparison.Ordinal);
        Assert.Contains("Name a base width", e.Message, StringComparison.Ordinal);
        Prepare($"{yaml}\n  mup: 60").Check();
    }

    // The paper's figure 1: what the rate that is best at 32 units costs at 128 and 512, by the training loss of the digits.
    [Theory]
    [InlineData("relu", "adam: {rate: 0.004}")]
    [InlineData("tanh", "sgd: {rate: 0.1, momentum: 0.9}")]
    public void BestRate_OfNarrowNetwork_ServesWideOnesUnderMaximalUpdateOnly(string activation, string optimizer)
    {
        int[] rungs = [-2, -1, 0, 1, 2, 3];
        var cache = new DataCache();
        double[] base32 = Losses(32, scaled: false);
        int best = Array.IndexOf(base32, base32.Min());
        double Lost(int width, bool scaled)
        {
            double[] losses = Losses(width, scaled);
            return losses[best] / losses.Min();
        }

        Assert.InRange(Lost(128, scaled: true), 1, 1.7);
        Assert.InRange(Lost(512, scaled: true), 1, 1.7);
        Assert.True(Lost(512, scaled: false) > 2);

        double[] Losses(int width, bool scaled) => Array.ConvertAll(rungs, k => Loss(width, scaled, k, 1) + Loss(width, scaled, k, 2));

        double Loss(int width, bool scaled, int rung, int seed)
        {
            var recipe = Files.Recipe(
                $$$"""
                name: t
                seed: {{{seed}}}
                data: {source: digits, validation: 0}
                model: {mlp: {hidden: [{{{width}}}, {{{width}}}], activation: {{{activation}}}}}
                train:
                  epochs: 4
                  mup: {{{(scaled ? 32 : 0)}}}
                  recovery: {retries: 0}
                  optimizer: { {{{optimizer}}} }
                """,
                ".");
            string rate = $"train.optimizer.{recipe["train.optimizer"].Text()}.rate";
            var trained = Experiment.Prepare(recipe.With(rate, recipe[rate].Double() * Math.Pow(2, rung)), cache).Train(new TrainOptions());
            return trained.Result.Divergence is null ? trained.Train.Losses().Average() : 10;
        }
    }

    private static IReadOnlyList<ParameterGroup> Groups(string yaml) => Prepare(yaml).Training().Optimizer.Groups;

    private static string Weights(string yaml) => Prepare(yaml).Train(new TrainOptions()).WeightsSha256();

    private static Experiment Prepare(string yaml) => Experiment.Prepare(Files.Recipe(yaml, "."), new DataCache());
}
