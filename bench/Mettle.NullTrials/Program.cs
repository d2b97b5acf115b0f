using System.Globalization;
using Mettle;
using Mettle.Challenges;
using Mettle.Runs;

// How often would treatments that change nothing but the seed be accepted? Runs of six such treatments, screened and judged
// as the treatment loop does: a TrialDesign, Holm over the finalists, and an interval above 0.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Treatments = 6, Seeds = 20;
const double Level = 0.05;
int runs = args.Length > 0 ? int.Parse(args[0]) : 400;
var design = new TrialDesign(Treatments, Seeds, 1 - Level, int.MaxValue);
var vocabulary = StandardCatalogue.Create().AddWords(ExperimentVocabulary.Create());
Scheduler.Threads = 1;
int families = 0, judged = 0, plain = 0;
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
    int held = experiment.Data.DevelopmentRows / design.Folds, training = experiment.Data.DevelopmentRows - held;
    var folds = Enumerable.Range(0, design.Folds).Select(k => experiment.Trial(k, design.Folds)).ToArray();
    double[] baseline = [.. folds.Select(Metric)];
    double[][] differences =
    [
        .. Enumerable.Range(0, Treatments).Select(t => folds.Select((f, k) => Metric(f.Reseed((ulong)(1_000_000 + (run * 1000) + (t * 100) + k))) - baseline[k]).ToArray()),
    ];
    var finalists = TrialDesign.Choose([.. differences.Select(d => d[..design.FirstFold])]);
    var evidence = finalists.Select(t => Judge(differences[t][design.FirstFold..], held, training, finalists.Count)).ToList();
    double[] adjusted = Statistics.Holm([.. evidence.Select(e => e.PValue)]);
    families += Enumerable.Range(0, evidence.Count).Any(i => adjusted[i] < Level && evidence[i].Interval.Low > 0) ? 1 : 0;
    judged += evidence.Count;
    plain += differences.Count(d => Statistics.PairedT(d[design.FirstFold..]).PValue < Level);
}

Console.WriteLine($"runs in which any of {Treatments} null treatments was accepted: {families} of {runs} ({100.0 * families / runs:0.0} %)");
Console.WriteLine($"finalists judged: {judged}");
Console.WriteLine($"null treatments significant by a plain paired t-test, each alone: {plain} of {runs * Treatments} ({100.0 * plain / (runs * Treatments):0.0} %)");

TrialEvidence Judge(double[] all, int held, int training, int hypotheses)
{
    for (int n = 2; n < all.Length; n++)
    {
        double[] now = all[..n];
        if (design.IsFutile(now, held, training) || design.IsSettled(design.Judge(now, held, training), n, hypotheses))
        {
            return design.Judge(now, held, training);
        }
    }

    return design.Judge(all, held, training);
}

static double Metric(Experiment experiment)
{
    using var scope = MemoryScope.Begin("null trial");
    return experiment.Evaluate(experiment.Train(new TrainOptions()).Module, experiment.Data.HeldOut!).Metric;
}
