using System.Globalization;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>Puts a run's results together for its reader.</summary>
internal sealed class ReportBuilder(
    Experiment before, Experiment after, TrainedModel first, TrainedModel final, Examination examination, LoopResult loop)
{
    /// <summary>The final model on the test rows; null if none are held out.</summary>
    public required Evaluation? Test { get; init; }

    /// <summary>The first model on the test rows, where a treatment was accepted.</summary>
    public required Evaluation? TestBefore { get; init; }

    /// <summary>Of the final weights.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>The findings, as the reader is to see them.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>What packaging could not do.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    private readonly IReadOnlyList<TrainingEvent> firstStory = TrainingStory.Of(ReferenceEquals(first, final) ? "training" : "training before treatment", before, first);

    private readonly IReadOnlyList<TrainingEvent> finalStory = ReferenceEquals(first, final) ? [] : TrainingStory.Of("training after treatment", after, final);

    public RunReport Build(RunManifest manifest, double seconds)
    {
        var test = Test is null ? [] : TestMetrics.Of(Test, "test", after.Data.Encoded.Packaging);
        return new RunReport
        {
            RunId = manifest.RunId,
            Name = manifest.Name,
            Summary = Summary(test),
            Started = manifest.Created,
            Seconds = seconds,
            TestMetrics = test,
            TestMetricsBefore = TestBefore is null ? [] : TestMetrics.Of(TestBefore, "test", before.Data.Encoded.Packaging),
            Data = [.. before.Data.Encoded.Facts.Select(f => new Fact(f.Name, f.Value)), new("split", Split())],
            Model = ModelFacts(),
            Training = Training(),
            Happened = [.. firstStory, .. finalStory],
            Findings = Findings,
            Skipped = examination.Skipped,
            Overhead = examination.Overhead,
            Trials = loop.Trials,
            Recipe = before.Recipe.ToYaml(),
            FinalRecipe = after.Recipe.ToYaml(),
            Manifest =
            [
                new("run", manifest.RunId),
                new("Mettle", manifest.MettleVersion),
                new("runtime", manifest.Runtime),
                new("platform", manifest.Platform),
                new("instruction set", manifest.InstructionSet),
                new("threads", Whole(manifest.Threads)),
                new("seed", Whole(manifest.Seed)),
                new("recipe hash", manifest.RecipeHash ?? ""),
                .. manifest.DataHashes.Select(h => new Fact($"SHA-256 of {h.Key}", h.Value)),
                new("SHA-256 of the weights", WeightsSha256),
            ],
            Divergence = final.Result.Divergence?.Message,
            Warnings = [.. OtherVersion(manifest), .. Diverged(first, "The model before treatment"), .. ReferenceEquals(first, final) ? [] : Diverged(final, "The treated model"), .. loop.Warnings, .. Warnings],
        };
    }

    private string Summary(IReadOnlyList<Measurement> test)
    {
        string what = before.Data.Encoded.Input.Task == LearningTask.Classification ? "classifier" : "regression model";
        var headline = test.Count > 0 ? test[0] : null;
        string good = headline is null
            ? $"A {what} of {Whole(final.Module.ParameterCount)} parameters; no test rows are held out."
            : $"A {what} of {Whole(final.Module.ParameterCount)} parameters with {headline.Metric} {Show(headline)}.";
        if (final.Result.Divergence is not null)
        {
            good = $"Training diverged and broke off. {good}";
        }

        var faults = firstStory.Concat(finalStory).Where(e => e.Remedy.Length > 0).Select(e => e.Name).Distinct().ToList();
        if (faults.Count > 0)
        {
            good += $" Training broke down ({string.Join(", ", faults)}) and recovered by itself.";
        }

        int problems = examination.Problems.Count;
        var accepted = loop.Trials.Where(t => t.Verdict == Verdict.Accepted).ToLookup(t => t.Cost is not null, t => t.Treatment);
        string[] kept =
        [
            .. accepted[false].Any() ? (string[])[$"{string.Join(" and ", accepted[false])} shown to help on held-out rows and kept"] : [],
            .. accepted[true].Any() ? (string[])[$"{string.Join(" and ", accepted[true])} kept for the cost that is saved at no worse a metric"] : [],
        ];
        int back = loop.Trials.Count(t => t.Verdict == Verdict.RolledBack);
        string found = problems == 0 ? " No problem was found." : $" {problems} {(problems == 1 ? "problem" : "problems")} found";
        string treated = problems == 0 && loop.Trials.Count == 0
            ? ""
            : kept.Length > 0
                ? $"; {string.Join("; ", kept)}"
                : loop.Trials.Count > 0 ? "; no treatment was shown to help, so the recipe is as it was" : "; treatment is off in this recipe or none applies";
        if (final.Result.Divergence is not null && problems == 0 && loop.Trials.Count == 0)
        {
            return good;
        }

        return good + (problems == 0 && loop.Trials.Count > 0 ? found.TrimEnd('.') : found) + treated + (back > 0 ? $"; {back} rolled back." : problems > 0 || loop.Trials.Count > 0 ? "." : "");
    }

    private static IEnumerable<string> OtherVersion(RunManifest manifest)
        => manifest.MettleVersion == RunManifest.CurrentVersion
            ? []
            : [$"The run was begun by Mettle {manifest.MettleVersion} and ended by {RunManifest.CurrentVersion}: the same bits are promised within one version only."];

    private static IEnumerable<string> Diverged(TrainedModel model, string which)
        => model.Result.Divergence is { } d ? [$"{which} did not come to its end. {d.Message}"] : [];

    private string Split()
    {
        var e = before.Data.Encoded;
        return $"{Whole(e.Train.Count)} training, {Whole(e.Validation?.Count ?? 0)} validation, {Whole(e.Test?.Count ?? 0)} test";
    }

    private IReadOnlyList<Fact> ModelFacts()
    {
        var recipe = after.Recipe;
        return
        [
            new("kind", recipe["model"].Text()),
            new("parameters", Whole(final.Module.ParameterCount)),
            new("optimiser", recipe["train.optimizer"].Text()),
            new("schedule", recipe["train.schedule"].Text()),
            new("loss", recipe["train.loss"].Text()),
            new("epochs", $"{final.Result.History.Count} of {recipe["train.epochs"].Int()}{(Restored(final) ? $"; weights of epoch {final.Result.BestEpoch + 1} kept" : "")}"),
            new("batch", Whole(recipe["train.batch"].Int())),
            new("time of the checks", Overhead(examination.Overhead)),
        ];
    }

    private static string Overhead(CheckOverhead o)
        => string.Create(CultureInfo.InvariantCulture, $"{o.Seconds:0.00} s beside {o.TrainingSeconds:0.00} s of training ({100 * o.Share:0.0} %), and {o.CompilingSeconds:0.00} s for which the runtime compiled what they call, once in a process");

    private IReadOnlyList<Evidence> Training()
    {
        var list = new List<Evidence>();
        Curves(list, first, firstStory, ReferenceEquals(first, final) ? "" : " before treatment");
        if (!ReferenceEquals(first, final))
        {
            Curves(list, final, finalStory, " after treatment");
        }

        if (Test is { Task: LearningTask.Classification } t && t.Predictions.Classes <= 30)
        {
            list.Add(TestMetrics.Confusion(t, before.Data.Encoded.ClassNames, "test"));
        }

        return list;
    }

    private static bool Restored(TrainedModel model) => model.Result.Stopped && model.Result.BestEpoch >= 0;

    private static void Curves(List<Evidence> list, TrainedModel model, IReadOnlyList<TrainingEvent> story, string when)
    {
        var h = model.Result.History;
        if (h.Count < 2)
        {
            return;
        }

        double[] x = [.. h.Select(e => e.Epoch + 1.0)];
        var series = new List<Series> { new("training", x, [.. h.Select(e => e.TrainLoss)]) };
        if (h.Any(e => e.ValidationLoss is not null))
        {
            series.Add(new("validation", x, [.. h.Select(e => e.ValidationLoss ?? double.NaN)]));
        }

        list.Add(new LineChart($"Loss by epoch{when}", "epoch", "loss", series)
        {
            Marks =
            [
                .. story.Where(e => e.AtEpoch is not null).Select(e => new Mark(Math.Max(1, e.AtEpoch!.Value), e.Name)),
                .. Restored(model) ? [new Mark(model.Result.BestEpoch + 1, "kept")] : Array.Empty<Mark>(),
            ],
        });
    }

    private static string Whole(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    private static string Show(Measurement m)
    {
        string F(double v) => m.Unit == "%" ? $"{(100 * v).ToString("0.0", CultureInfo.InvariantCulture)} %" : v.ToString("0.####", CultureInfo.InvariantCulture);
        return m.Interval is null ? F(m.Value) : $"{F(m.Value)} ({F(m.Interval.Low)} to {F(m.Interval.High)})";
    }
}
