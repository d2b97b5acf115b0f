using System.Diagnostics;
using System.Globalization;
using Mettle;
using Mettle.Challenges;
using Mettle.Runs;

// What do the checks cost beside the training they look at? Each recipe is trained and examined several times in one process:
// the first examination compiles what it calls, the others (their median is told) do not.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Warm = 25;
string root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));
(string File, Func<Recipe, Recipe> Change, string Note)[] samples =
[
    ("samples/digits/recipe.yaml", r => r, ""),
    ("samples/adult/recipe.yaml", r => r, ""),
    ("samples/fashion-mnist/recipe.yaml", r => r.With("data.limit", 10_000).With("train.epochs", 3), ", 10,000 rows and 3 epochs of it"),
];
var catalogue = StandardCatalogue.Create();
var vocabulary = catalogue.AddWords(ExperimentVocabulary.Create());
var chosen = samples.Where(s => args.Length == 0 || args.Any(a => s.File.Contains(a, StringComparison.Ordinal))).ToList();
foreach (string file in args.Where(File.Exists))
{
    chosen.Add((Path.GetFullPath(file), r => r, ""));
}

var summary = new List<string>();
foreach (var (file, change, note) in chosen)
{
    var recipe = change(Recipe.Load(Path.Combine(root, file), vocabulary));
    var experiment = Experiment.Prepare(recipe, new DataCache());
    experiment.Few(256, recipe.With("train.epochs", 1).With("train.warmup", 0)).Train(new TrainOptions());
    var clock = Stopwatch.StartNew();
    var model = experiment.Train(new TrainOptions());
    double training = clock.Elapsed.TotalSeconds;
    var runs = Enumerable.Range(0, Warm + 1).Select(_ => Examine(experiment, model)).ToList();
    var first = runs[0];
    double warm = Median([.. runs.Skip(1).Select(r => r.Seconds)]);
    Console.WriteLine($"{recipe["name"].Text()}{note}: {training:0.00} s of training");
    Console.WriteLine($"  {"check",-44}{"ms",9}{"first, ms",11}{"% of training",15}{"row-passes",12}");
    for (int i = 0; i < first.Checks.Count; i++)
    {
        var c = first.Checks[i];
        double seconds = Median([.. runs.Skip(1).Select(r => r.Checks[i].Seconds)]);
        Console.WriteLine($"  {$"{c.Challenge}: {c.Check}",-44}{1000 * seconds,9:0.0}{1000 * c.Seconds,11:0.0}{100 * seconds / training,15:0.00}{c.RowPasses,12:0}");
    }

    double passes = first.Checks.Sum(c => c.RowPasses);
    string line = $"{recipe["name"].Text()}: all checks take {100 * warm / training:0.0} % of the training's time ({1000 * (first.Seconds + first.CompilingSeconds):0} ms the first time in a process, of which {1000 * first.CompilingSeconds:0} compile), {100 * passes / new Subject(experiment, model, default).TrainingRowPasses:0.0} % of its row-passes";
    Console.WriteLine($"  {line}\n");
    summary.Add(line);
}

summary.ForEach(Console.WriteLine);

CheckOverhead Examine(Experiment experiment, TrainedModel model)
    => Examination.Run(catalogue, new Subject(experiment, model, RandomKey.FromSeed(1).For("checks")), SilentProgress.Instance).Overhead;

static double Median(double[] values)
{
    Array.Sort(values);
    return values[values.Length / 2];
}
