using System.Globalization;
using MathNet.Numerics.Distributions;
using Mettle;
using Mettle.Challenges;
using Mettle.Runs;

// One recipe and a change of it for each method, over several seeds, which also choose weights, order and noisy labels.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int ReferenceSeeds = 8;

// Reference figures have one decimal.
const double Rounding = 0.05;

// Labels drawn anew from all ten classes: one in ten of them is the old one.
const double Noise = 0.3 * 9 / 10;
int seeds = args.Length > 0 ? int.Parse(args[0]) : ReferenceSeeds;
string folder = Path.Combine("bench", "digits");
var vocabulary = StandardCatalogue.Create().AddWords(ExperimentVocabulary.Create());
var given = Recipe.Load(Path.Combine(folder, "recipe.yaml"), vocabulary);
var cache = new DataCache();
bool all = true;
Console.WriteLine($"| method | clean, mean ± sd of {seeds} seeds | reference | | 30 % label noise | reference | |");
Console.WriteLine("|---|---|---|---|---|---|---|");
foreach (string line in File.ReadLines(Path.Combine(folder, "methods.csv")).Skip(1))
{
    string[] cells = line.Split(';');
    var recipe = given;
    if (cells[1].Length > 0)
    {
        string[] change = cells[1].Split('=');
        recipe = recipe.WithYaml(change[0], change[1]);
    }

    Console.WriteLine($"| {cells[0]} | {Against(recipe, cells[2])} | {Against(recipe.With("data.label-noise", Noise), cells[3])} |");
}

Console.WriteLine();
Console.WriteLine($"Within: the difference is no larger than chance allows at 95 % between {seeds} seeds and {ReferenceSeeds} of the same spread (Student's t), and the reference's rounding.");
return all ? 0 : 1;

string Against(Recipe recipe, string reference)
{
    var accuracy = new double[seeds];
    for (int s = 0; s < seeds; s++)
    {
        using var scope = MemoryScope.Begin("digits");
        var experiment = Experiment.Prepare(recipe.With("seed", s + 1), cache);
        accuracy[s] = 100 * experiment.Test(experiment.Train(new TrainOptions())).Accuracy;
    }

    double mean = accuracy.Average(), deviation = Math.Sqrt(accuracy.Sum(a => (a - mean) * (a - mean)) / (seeds - 1));
    double allowed = (StudentT.InvCDF(0, 1, seeds + ReferenceSeeds - 2, 0.975) * deviation * Math.Sqrt((1.0 / seeds) + (1.0 / ReferenceSeeds))) + Rounding;
    bool within = Math.Abs(mean - double.Parse(reference)) <= allowed;
    all &= within;
    return $"{mean:0.00} ± {deviation:0.00} | {reference} | {(within ? "within" : $"off by {mean - double.Parse(reference):+0.00;-0.00}")}";
}
