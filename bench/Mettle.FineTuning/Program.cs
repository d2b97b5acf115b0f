using System.Globalization;
using Mettle;
using Mettle.Challenges;
using Mettle.Runs;

// Three recipes that differ in one line, over several seeds, which also choose the training rows. Per seed: accuracy on the test rows,
// and the steps after which the validation accuracy first reached what training from scratch ended with.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string[] names = ["recipe", "head-only", "from-scratch"];
int seeds = args.Length > 0 ? int.Parse(args[0]) : 10;
var vocabulary = StandardCatalogue.Create().AddWords(ExperimentVocabulary.Create());
var cache = new DataCache();
var tests = names.ToDictionary(n => n, _ => new double[seeds]);
var reached = names.ToDictionary(n => n, _ => new List<int>());
int stepsPerEpoch = 0;
for (int s = 0; s < seeds; s++)
{
    double[][] histories = new double[names.Length][];
    for (int k = 0; k < names.Length; k++)
    {
        using var scope = MemoryScope.Begin("fine-tuning");
        var recipe = Recipe.Load(Path.Combine("samples", "fine-tuning", names[k] + ".yaml"), vocabulary).With("seed", s + 1);
        var experiment = Experiment.Prepare(recipe, cache);
        var trained = experiment.Train(new TrainOptions());
        tests[names[k]][s] = experiment.Test(trained).Metric;
        histories[k] = [.. trained.Result.History.Select(e => e.ValidationMetrics["accuracy"])];
        stepsPerEpoch = experiment.TotalSteps / histories[k].Length;
    }

    double goal = histories[^1][^1];
    for (int k = 0; k < names.Length; k++)
    {
        int epoch = Array.FindIndex(histories[k], a => a >= goal);
        if (epoch >= 0)
        {
            reached[names[k]].Add((epoch + 1) * stepsPerEpoch);
        }
    }

    Console.Error.WriteLine($"seed {s + 1}: {string.Join(", ", names.Select(n => $"{n} {tests[n][s]:0.0000}"))}");
}

Console.WriteLine("| recipe | test accuracy, mean ± sd | fine-tuning better by (95 % interval) | reached the end of training from scratch | steps until then, median (range) |");
Console.WriteLine("|---|---|---|---|---|");
foreach (string name in names)
{
    double mean = tests[name].Average(), deviation = Math.Sqrt(tests[name].Sum(a => (a - mean) * (a - mean)) / (seeds - 1));
    var steps = reached[name].Order().ToList();
    string difference = "";
    if (name != names[0])
    {
        var (by, interval, _) = Statistics.PairedT([.. tests[names[0]].Zip(tests[name], (a, b) => a - b)]);
        difference = $"{by:0.0000} ({interval.Low:0.0000} to {interval.High:0.0000})";
    }

    string when = steps.Count == 0 ? "" : $"{steps[steps.Count / 2]} ({steps[0]} to {steps[^1]})";
    Console.WriteLine($"| {name}.yaml | {mean:0.0000} ± {deviation:0.0000} | {difference} | {steps.Count} of {seeds} seeds | {when} |");
}
