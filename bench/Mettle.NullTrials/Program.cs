using System.Globalization;
using Mettle;
using Mettle.Challenges;
using Mettle.Runs;

// How often would treatments that change nothing but the seed be accepted? Runs of four such treatments, judged as the
// treatment loop judges: five folds, the corrected resampled t, Holm over the four, and an interval above 0.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Folds = 5, Treatments = 4;
const double Level = 0.05;
int runs = args.Length > 0 ? int.Parse(args[0]) : 400;
var vocabulary = StandardCatalogue.Create().AddWords(ExperimentVocabulary.Create());
Scheduler.Threads = 1;
int families = 0, singles = 0, plain = 0;
for (int run = 1; run <= runs; run++)
{
    var recipe = Recipe.Parse(
        $$"""
        name: null-trials
        seed: {{run}}
        data: {source: digits, limit: 200}
        model: {mlp: {hidden: [16] } }
        train:
          epochs: 6
          batch: 32
          optimizer: {sgd: {rate: 0.1, momentum: 0.9 } }
        """,
        "null-trials.yaml",
        vocabulary);
    var experiment = Experiment.Prepare(recipe, new DataCache());
    int held = experiment.Data.DevelopmentRows / Folds;
    var folds = Enumerable.Range(0, Folds).Select(k => experiment.Fold(k, Folds)).ToArray();
    double[] baseline = [.. folds.Select(Metric)];
    var judged = new List<(double P, double Low)>();
    for (int t = 0; t < Treatments; t++)
    {
        double[] differences = [.. folds.Select((f, k) => Metric(f.Reseed((ulong)(1_000_000 + (run * 100) + (t * 10) + k))) - baseline[k])];
        var (_, interval, p) = Statistics.CorrectedResampledT(differences, held, experiment.Data.DevelopmentRows - held);
        judged.Add((p, interval.Low));
        singles += p < Level && interval.Low > 0 ? 1 : 0;
        plain += Statistics.PairedT(differences).PValue < Level ? 1 : 0;
    }

    double[] adjusted = Statistics.Holm([.. judged.Select(j => j.P)]);
    families += Enumerable.Range(0, Treatments).Any(t => adjusted[t] < Level && judged[t].Low > 0) ? 1 : 0;
}

Console.WriteLine($"runs in which any of {Treatments} null treatments was accepted: {families} of {runs} ({100.0 * families / runs:0.0} %)");
Console.WriteLine($"null treatments accepted, judged alone: {singles} of {runs * Treatments} ({100.0 * singles / (runs * Treatments):0.0} %)");
Console.WriteLine($"the same by a plain paired t-test: {plain} of {runs * Treatments} ({100.0 * plain / (runs * Treatments):0.0} %)");

static double Metric(Experiment experiment)
{
    using var scope = MemoryScope.Begin("null trial");
    return experiment.Train(new TrainOptions()).Validation!.Metric;
}
