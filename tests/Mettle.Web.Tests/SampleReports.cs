using Mettle.Challenges;

namespace Mettle.Web.Tests;

/// <summary>Made-up reports, the same on every machine: one as a run leaves it, others at the edges.</summary>
internal static class SampleReports
{
    private const string Yaml = """
        name: digits-small
        data:
          source: digits
          split: { train: 400, validation: 600, test: 797 }
        model:
          layers:
            - linear: 128
            - relu
            - linear: 10
        training:
          optimizer: { adamw: { lr: 0.002, weight-decay: 0 } }
          batch: 32
          epochs: 60
        examine: [overfitting, gradients, reproducibility]
        seed: 7

        """;

    private static readonly string FinalYaml = Yaml
        .Replace("weight-decay: 0 }", "weight-decay: 0.05 }", StringComparison.Ordinal)
        .Replace("  epochs: 60\n", "  epochs: 60\n  label-smoothing: 0.1\n", StringComparison.Ordinal);

    public static RunReport Rich() => Empty() with
    {
        RunId = "2026-03-14-digits-small-7f3a",
        Name = "digits-small",
        Summary = "A network of two layers was trained on 400 handwritten digits. It reads 98.3 % of unseen digits correctly, after label smoothing was found to help and kept.",
        TestMetrics =
        [
            new("Test accuracy", 0.98327, new(0.9745, 0.9901), "%"),
            new("Test loss", 0.06421, new(0.0511, 0.0793)),
            new("AUC, one against rest", 0.99921, new(0.99871, 0.99954)),
        ],
        TestMetricsBefore = [new("Test accuracy", 0.9621, new(0.9507, 0.9724), "%"), new("Test loss", 0.1387, new(0.112, 0.171))],
        Data = [new("Source", "digits (UCI optical recognition of handwritten digits)"), new("Rows", "1,797"), new("Columns", "64 pixels, 8 × 8"), new("Classes", "10, the rarest 174 rows"), new("Split", "400 train, 600 validation, 797 test, stratified by class"), new("Missing values", "0")],
        Model = [new("Layers", "linear 64 → 128, relu, linear 128 → 10"), new("Parameters", "9,610"), new("Optimiser", "AdamW, learning rate 0.002"), new("Epochs", "60, weights of epoch 41 restored"), new("Threads", "2")],
        Training = [Curves(), Accuracy(), Confusion(), LayerNorms(12)],
        Happened =
        [
            new("training", "exploding gradient", new Place { Epoch = 2, Step = 11, Layer = "hidden.1.0 (Linear)", Op = "affine", Line = "recipe.yaml:11" },
                "The gradient's norm rose to 3E+04, its median being 1.2.", "Gradients are clipped at norm 2.4.") { WentOnFrom = new Place { Epoch = 1, Step = 32 }, AtEpoch = 1.8 },
            new("training after treatment", "loss not finite", new Place { Epoch = 3, Step = 1 }, "The first one came out of exp.", ""),
        ],
        Findings =
        [
            new(new("overfitting"), "generalization-gap", "The model is clearly better on its training rows than on new ones",
                "Loss on the validation split minus loss on the training split at the restored epoch, averaged over 5 seeds, with a bootstrap interval over rows. A gap over the threshold means that part of what was learned holds for the training rows only.",
                new("Loss gap", 0.1312, new(0.0984, 0.1671)), 0.05, 0.0004, Severity.Problem,
                [Curves(), LayerNorms(6)], ["label-smoothing", "mixup", "weight-decay", "early-stopping"]) { AdjustedPValue = 0.0016 },
            new(new("gradients"), "vanishing-gradient", "Gradients fade towards the first layers",
                "Median gradient norm of the first layer divided by that of the last over the first epoch.",
                new("Norm ratio, first to last layer", 0.00031, new(0.00022, 0.00044)), 0.01, 0.012, Severity.Problem,
                [LayerNorms(60)], ["he-initialization", "residual-connections"]) { AdjustedPValue = 0.024, Place = new Place { Layer = "hidden.0", TimeStep = 3, Line = "recipe.yaml:7" } },
            new(new("overfitting"), "memorization", "A few training rows look memorised",
                "Share of training rows whose label the model only knows when it has seen them.",
                new("Memorised rows", 0.031, new(0.018, 0.051), "%"), 0.05, 0.81, Severity.Notice, [Table()], ["mixup"]) { AdjustedPValue = 0.81 },
            new(new("reproducibility"), "same-bits", "The run repeats bit for bit",
                "SHA-256 of the weights after a second run from the same seed.",
                new("Runs that differ", 0), 0, null, Severity.Fine, [], []),
            new(new("gradients"), "dead-relu", "No dead units",
                "Share of hidden units that are zero for every validation row.",
                new("Dead units", 0.0078, new(0, 0.0427), "%"), 0.1, 0.97, Severity.Fine, [Seeds()], []) { AdjustedPValue = 0.97 },
        ],
        Skipped = [new(new("gradients"), "through-time", "The model has no recurrent layer."), new(new("overfitting"), "learning-curve", "Fewer than 500 training rows: a power law cannot be fitted.")],
        Trials =
        [
            new("label-smoothing", new("overfitting"), "Szegedy et al. 2016, Rethinking the Inception Architecture, section 7",
                ["  epochs: 60", "+ label-smoothing: 0.1"], new("Validation accuracy", 0.9617, new(0.9541, 0.9688), "%"), new("Validation accuracy", 0.9779, new(0.9712, 0.9838), "%"),
                new("Validation accuracy", 0.0162, new(0.0094, 0.0231), "%"), 0.0002, 0.0006, Verdict.Accepted, "Accepted: accuracy on held-out rows rose in all 5 seeds and the interval leaves out zero.", 5, 14.2) { Evidence = [Seeds()] },
            new("mixup", new("overfitting"), "Zhang et al. 2018, mixup: Beyond Empirical Risk Minimization",
                ["- mixup: 0", "+ mixup: 0.2"], new("Validation accuracy", 0.9779, new(0.9712, 0.9838), "%"), new("Validation accuracy", 0.9771, new(0.9700, 0.9833), "%"),
                new("Validation accuracy", -0.0008, new(-0.0061, 0.0043), "%"), 0.62, 0.62, Verdict.RolledBack, "Rolled back: the paired difference could as well be zero.", 5, 16.8),
            new("he-initialization", new("gradients"), "He et al. 2015, Delving Deep into Rectifiers, equation 10",
                ["@@ model @@", "- init: normal", "+ init: he-normal"], new("Validation accuracy", 0.9779, null, "%"), new("Validation accuracy", double.NaN, null, "%"),
                new("Validation accuracy", double.NaN, null, "%"), null, null, Verdict.NotTried, "Not tried: the time budget of 2 minutes was spent.", 0, 0),
        ],
        Recipe = Yaml,
        FinalRecipe = FinalYaml,
        Manifest = [new("Mettle", "0.1.0"), new("Seed", "7"), new("Instruction set", "AVX-512"), new("Weights SHA-256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), new("Data SHA-256", "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752")],
        Warnings = ["The validation split holds fewer than 1,000 rows: intervals are wide."],
    };

    /// <summary>A second run to compare with: worse, without the treatment, from other weights.</summary>
    public static RunReport Other(RunReport run) => run with
    {
        RunId = "other-run",
        TestMetrics = [run.TestMetrics[0] with { Value = 0.97, Interval = new(0.958, 0.98) }, new("Test error", 0.03)],
        FinalRecipe = run.Recipe,
        Findings = [.. run.Findings.Skip(1)],
        Manifest = [.. run.Manifest.Select(f => f.Name == "Seed" ? f with { Value = "8" } : f)],
    };

    public static RunReport Empty() => new()
    {
        RunId = "empty",
        Name = "empty",
        Summary = "Nothing was examined.",
        Started = new DateTimeOffset(2026, 3, 14, 9, 26, 53, TimeSpan.Zero),
        Seconds = 83.4,
        TestMetrics = [],
        Data = [],
        Model = [],
        Training = [],
        Findings = [],
        Skipped = [],
        Trials = [],
        Recipe = "name: empty\n",
        FinalRecipe = "name: empty\n",
        Manifest = [],
    };

    public static RunReport WithEvidence(params Evidence[] evidence) => Empty() with { Training = evidence };

    public static RunReport ManyFindings(int count) => Rich() with
    {
        Findings = [.. Enumerable.Range(0, count).Select(i => Rich().Findings[i % 5] with { Title = $"Finding {i}", Evidence = [Noise(5000), Confusion()] })],
    };

    public static LineChart Curves() => new("Loss by epoch", "Epoch", "Cross-entropy", [
        new("training", Range(60), [.. Range(60).Select(e => 2.2 * Math.Exp(-e / 7) + 0.012)]),
        new("validation", Range(60), [.. Range(60).Select(e => 2.0 * Math.Exp(-e / 8) + 0.11 + (0.0009 * e) + (0.01 * Math.Sin(e * 1.7)))]),
    ], LogY: true)
    { Marks = [new(41, "restored"), new(44, "patience began")] };

    public static LineChart Accuracy() => new("Accuracy by epoch", "Epoch", "Accuracy", [
        new("training", Range(60), [.. Range(60).Select(e => 1 - (0.8 * Math.Exp(-e / 5)))]),
        new("validation", Range(60), [.. Range(60).Select(e => 0.963 - (0.8 * Math.Exp(-e / 5)) + (0.004 * Math.Cos(e * 2.1)))]),
        new("exponential moving average of the weights", Range(60), [.. Range(60).Select(e => 0.97 - (0.85 * Math.Exp(-e / 9)))]),
    ]);

    public static LineChart Noise(int points) => new("Loss by step", "Step", "Loss", [
        new("training", Range(points), [.. Range(points).Select(i => (2 * Math.Exp(-i / points * 3)) + (0.2 * Math.Sin(i * i % 97)))]),
    ]);

    public static HeatMap Confusion()
    {
        string[] digits = [.. Enumerable.Range(0, 10).Select(d => $"{d}")];
        return new HeatMap("Confusion matrix: true digit by row, predicted by column", digits, digits,
            [.. Enumerable.Range(0, 10).Select(r => (double[])[.. Enumerable.Range(0, 10).Select(c => r == c ? 74.0 + (r % 3) : (r * 7) + (c * 3) is var k && k % 13 == 0 ? 2 : 0)])], "0");
    }

    public static BarChart LayerNorms(int layers) => new("Gradient norm by layer", "Median L2 norm",
        [.. Enumerable.Range(0, layers).Select(i => $"layers.{i}.linear.weight")], [.. Enumerable.Range(0, layers).Select(i => Math.Pow(10, -4 + (3.5 * i / layers)))], LogY: true);

    public static IntervalChart Seeds() => new("Difference by seed", "Validation accuracy, percentage points",
        ["seed 1", "seed 2", "seed 3", "seed 4", "seed 5"], [1.2, 2.1, 1.6, 0.4, 2.4], [0.3, 1.1, 0.6, -0.6, 1.4], [2.1, 3.1, 2.6, 1.4, 3.4]);

    public static TableEvidence Table() => new("Rows that look memorised", ["Row", "Label", "Predicted when left out", "Loss when left out"],
        [["17", "8", "1", "4.31"], ["203", "9", "5", "3.87"], ["388", "3", "8", "3.02"]]);

    public static double[] Range(int count) => [.. Enumerable.Range(1, count).Select(i => (double)i)];
}
