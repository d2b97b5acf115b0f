using Mettle;
using Mettle.Challenges;
using Mettle.Runs;

/// <summary>A network sixteen times as wide as usual: test metric as it is, with muP, and with a learning-rate range test.</summary>
internal static class Remedy
{
    private const int Seeds = 6, Factor = 16;

    /// <summary>Prints the three and the differences to the first, paired by seed.</summary>
    public static void Print(Recipe recipe)
    {
        int width = ModelSizes.Widest(recipe)!.Value;
        var wide = ModelSizes.WithWidest(recipe, width * Factor);
        var cache = new DataCache();
        double[] plain = Metrics(wide), scaled = Metrics(wide.With("train.mup", width)), searched = Metrics(wide.With("train.rate-search", true)), narrow = Metrics(recipe);
        Console.WriteLine($"{recipe["name"].Text()}: narrow {100 * narrow.Average():0.0}, wide {100 * plain.Average():0.0}, muP {Against(scaled)}, rate-search {Against(searched)}");

        double[] Metrics(Recipe r) => [.. Enumerable.Range(1, Seeds).Select(seed => Metric(r.With("seed", seed), cache))];

        string Against(double[] other)
        {
            var (mean, interval, _) = Statistics.PairedT([.. other.Zip(plain, (a, b) => 100 * (a - b))]);
            return $"{100 * other.Average():0.0} ({mean:+0.0;-0.0} [{interval.Low:+0.0;-0.0}, {interval.High:+0.0;-0.0}])";
        }
    }

    private static double Metric(Recipe recipe, DataCache cache)
    {
        using var scope = MemoryScope.Begin("widths");
        var experiment = Experiment.Prepare(recipe, cache);
        return experiment.Test(experiment.Train(new TrainOptions())).Metric;
    }
}
