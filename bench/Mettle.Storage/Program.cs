using System.Globalization;
using Mettle;
using Mettle.Challenges;
using Mettle.Nn;
using Mettle.Runs;

// What does train.storage: bf16 save, and what does it cost? Counted memory and, over five seeds, test accuracy. See bench/storage/run.
const int Seeds = 5;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../bench/storage"));
var vocabulary = StandardCatalogue.Create().AddWords(ExperimentVocabulary.Create());
foreach (string file in Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal).Where(f => args.Length == 0 || args.Any(w => Path.GetFileName(f).Contains(w, StringComparison.Ordinal))))
{
    var cache = new DataCache();
    var recipe = Recipe.Load(file, vocabulary);
    var halved = recipe.With("train.storage", "bf16");
    Memory(recipe, "f32", cache);
    Memory(halved, "bf16", cache);
    Memory(halved.With("train.checkpoint-activations", true), "bf16, activations checkpointed", cache);
    double[] single = Accuracies(recipe, cache), half = Accuracies(halved, cache);
    var (mean, interval, _) = Statistics.PairedT([.. half.Zip(single, (a, b) => 100 * (a - b))]);
    Console.WriteLine($"  test accuracy {100 * single.Average():0.00} with f32, {100 * half.Average():0.00} with bf16: {mean:+0.00;-0.00} [{interval.Low:+0.00;-0.00}, {interval.High:+0.00;-0.00}]");
}

static void Memory(Recipe recipe, string label, DataCache cache)
{
    const double Megabyte = 1e6;
    using var scope = MemoryScope.Begin("storage");
    var plan = Experiment.Prepare(recipe, cache).Training();
    long weights = plan.Model.ParameterCount * sizeof(float);
    Console.WriteLine($"{recipe["name"].Text()}, {label}: peak {TrainingCost.Count(plan).PeakBytes / Megabyte:0.00} MB, of these weights {weights / Megabyte:0.00}, optimiser state {plan.Optimizer.ExpectedStateBytes / Megabyte:0.00}");
}

static double[] Accuracies(Recipe recipe, DataCache cache)
{
    return [.. Enumerable.Range(1, Seeds).Select(Accuracy)];

    double Accuracy(int seed)
    {
        using var scope = MemoryScope.Begin("storage");
        var experiment = Experiment.Prepare(recipe.With("seed", seed), cache);
        return experiment.Test(experiment.Train(new TrainOptions())).Metric;
    }
}
