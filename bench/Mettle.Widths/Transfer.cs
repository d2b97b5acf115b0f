using System.Globalization;
using Mettle;
using Mettle.Runs;

/// <summary>Training loss by rate and width, with muP and without.</summary>
internal static class Transfer
{
    private const int Seeds = 3, Lowest = -4, Rungs = 9;
    private static readonly int[] Factors = [1, 4, 16];

    /// <summary>Prints for each width the best rate and what the best rate of the narrowest network costs there.</summary>
    public static void Print(Recipe recipe)
    {
        int width = ModelSizes.Widest(recipe)!.Value;
        string field = $"train.optimizer.{recipe["train.optimizer"].Text()}.rate";
        double middle = recipe[field].Double();
        Console.WriteLine($"{recipe["name"].Text()}: training loss, mean over {Seeds} seeds, at rates of {middle} times 2^{Lowest} to 2^{Lowest + Rungs - 1}");
        var cache = new DataCache();
        double[] narrow = Losses(1, scaled: false);
        int best = Array.IndexOf(narrow, narrow.Min());
        foreach (var (scaled, factor) in new[] { true, false }.SelectMany(s => Factors.Select(f => (s, f))))
        {
            double[] losses = factor == 1 ? narrow : Losses(factor, scaled);
            int own = Array.IndexOf(losses, losses.Min());
            Console.WriteLine($"  {(scaled ? "muP" : "   ")} {width * factor,5} units: best 2^{Lowest + own,-2}  at the narrow network's best {losses[best] / losses[own]:0.00} times the least | {string.Join(' ', losses.Select(l => l.ToString("0.000", CultureInfo.InvariantCulture)))}");
        }

        double[] Losses(int factor, bool scaled)
        {
            var wide = ModelSizes.WithWidest(recipe, width * factor);
            wide = scaled ? wide.With("train.mup", width) : wide;
            return [.. Enumerable.Range(Lowest, Rungs).Select(k => Enumerable.Range(1, Seeds).Average(seed => Loss(wide.With(field, middle * Math.Pow(2, k)).With("seed", seed), cache)))];
        }
    }

    // A training that breaks down counts as one that learned nothing.
    private static double Loss(Recipe recipe, DataCache cache)
    {
        const double Nothing = 10;
        using var scope = MemoryScope.Begin("widths");
        var trained = Experiment.Prepare(recipe.With("train.recovery.retries", 0), cache).Train(new TrainOptions());
        return trained.Result.Divergence is null ? Math.Min(Nothing, trained.Train.Losses().Average()) : Nothing;
    }
}
