using System.Globalization;
using Mettle.Data;
using Mettle.Nn;

namespace Mettle.Runs.Tests.Experiments;

/// <summary>Training's fields together: a recipe is refused where it is read, or it trains to finite numbers.</summary>
public sealed class CombinationsTests
{
    private const string Digits =
        """
        name: t
        data: {source: digits, limit: 33}
        model: {mlp: {hidden: [8], norm: batch}}
        train:
          epochs: 2
          batch: 16
        """;

    [Theory]
    [InlineData("batch: 16", "batch: 1", 6, "make it 2 or more, or set the model's norm to group or layer")]
    [InlineData("limit: 33", "limit: 1", 2, "leaves one training row")]
    [InlineData("batch: 16", "batch: 16\n  early-stopping: {patience: 1, metric: r2}", 7, "does not judge classes; here there are loss, accuracy")]
    [InlineData("batch: 16", "batch: 16\n  early-stopping: {metric: accuracy}", 7, "changes nothing unless 'train.early-stopping.patience' is set too")]
    [InlineData("batch: 16", "batch: 16\n  saddle-escape: {every: 5}", 7, "changes nothing unless 'train.saddle-escape.radius'")]
    [InlineData("batch: 16", "batch: 16\n  resize: {stages: 5}", 7, "changes nothing unless 'train.resize.from'")]
    [InlineData("batch: 16", "batch: 16\n  recalibrate: 1", 7, "gives no variance")]
    [InlineData("batch: 16", "batch: 16\n  accumulate: 9", 7, "at most 8 parts of two")]
    [InlineData("batch: 16", "batch: 16\n  accumulate: 17", 7, "more parts than it has rows")]
    [InlineData("batch: 16", "batch: 16\n  optimizer: {sgd: {rate: 0}}\n  rate-search: true", 8, "scales the optimiser's rate, which is 0")]
    [InlineData("name: t", "name: t\ninit: fixup", 2, "cannot begin this model: Fixup is for residual networks")]
    public void Check_OfWhatCannotBe_NamesLine(string given, string wrong, int line, string part)
    {
        var e = Assert.Throws<RecipeException>(() => Prepare(Digits.Replace(given, wrong, StringComparison.Ordinal)).Check());
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.StartsWith($"test.yaml:{line}:", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("batch: 16", "batch: 16\n  early-stopping: {patience: 0, metric: accuracy}")]
    [InlineData("norm: batch", "norm: none")]
    [InlineData("{mlp: {hidden: [8], norm: batch}}", "{cnn: {widths: [4], norm: batch}}")]
    public void Check_OfWhatCan_IsTold(string given, string other)
    {
        string yaml = Digits.Replace(given, other, StringComparison.Ordinal);
        Prepare(given == "batch: 16" ? yaml : yaml.Replace("batch: 16", "batch: 1", StringComparison.Ordinal)).Check();
    }

    [Fact]
    public void Train_OfSnapshotsOnSmallerImages_IsTaken()
    {
        var model = Prepare(
            """
            name: t
            data: {source: digits, limit: 40}
            model: {cnn: {widths: [4], norm: batch}}
            train:
              epochs: 4
              schedule: {warm-restarts: {cycles: 2}}
              snapshots: 2
              resize: {from: 0.5}
            """).Train(new TrainOptions());
        Assert.Equal(1, Assert.IsType<SnapshotEnsemble>(model.Module).Taken);
    }

    [Fact]
    public void Train_WithABrokenRowAndRecalibration_LeavesTheRowOutOfTheStatistics()
    {
        using var folder = new TemporaryFolder();
        float[] x = [.. Enumerable.Range(0, 120).Select(i => i == 51 ? float.NaN : ((i * 7) % 13) / 13f)];
        using (MemoryScope.Begin("arrays"))
        {
            using var file = File.Create(Path.Combine(folder.Path, "a.npz"));
            NpzFile.Write(
                file,
                new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["x"] = Tensor.From(x, [40, 3]), ["y"] = Tensor.From([.. Enumerable.Range(0, 40).Select(i => (long)(i % 2))]) });
        }

        var recipe = Files.Recipe(
            """
            name: t
            data: {source: {npz: {path: a.npz, non-finite: keep}}, validation: 0, test: 0}
            model: {mlp: {hidden: [8], norm: batch}}
            train: {epochs: 2, batch: 8, recalibrate: 1000}
            """,
            folder.Path);
        var model = Experiment.Prepare(recipe, new DataCache()).Train(new TrainOptions());
        Assert.Contains("Row 18 of a.npz", Assert.Single(model.Result.Recoveries).Finding, StringComparison.Ordinal);
        Assert.All(model.Module.StateDict().Values, t => Assert.All(t.To(DType.F64).ToArray<double>(), v => Assert.True(double.IsFinite(v))));
    }

    [Theory]
    [InlineData("source: digits", "row 1 of the source")]
    [InlineData("source: {text: {path: t.txt, context: 3, stride: 2}}", "the window from character 1 of t.txt")]
    [InlineData("source: {text-lines: {path: l.tsv}}", "line 2 of l.tsv")]
    [InlineData("source: {series: {path: s.csv, window: 3}}, target: a", "the window from step 1 of s.csv")]
    public void RowName_OfASource_SaysWhereTheRowStands(string source, string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "t.txt"), string.Concat(Enumerable.Repeat("abcd", 50)));
        File.WriteAllText(Path.Combine(folder.Path, "l.tsv"), "\n" + string.Concat(Enumerable.Repeat("spam\tbuy now\nham\tsee you\n", 10)));
        File.WriteAllLines(Path.Combine(folder.Path, "s.csv"), Enumerable.Range(0, 60).Select(i => i.ToString(CultureInfo.InvariantCulture)).Prepend("a"));
        var recipe = Files.Recipe($"name: t\ndata: {{{source}}}\nmodel: {{mlp: {{hidden: [4]}}}}\ntrain: {{epochs: 1}}\n", folder.Path);
        Assert.Equal(name, new DataCache().Get(recipe).RowName(0));
    }

    /// <summary>Drawn recipes with few rows, odd batches and many techniques at once.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Train_OfADrawnRecipe_IsRefusedWithItsPlaceOrStaysFinite(int part)
    {
        int trained = 0;
        for (int i = 0; i < 40; i++)
        {
            string yaml = Drawn(RandomKey.FromSeed(5).At(part).At(i));
            try
            {
                var experiment = Prepare(yaml);
                experiment.Check();
                var model = experiment.Train(new TrainOptions());
                trained++;
                Assert.True(model.Result.Divergence is not null || model.Result.History.All(e => double.IsFinite(e.TrainLoss) && double.IsFinite(e.ValidationLoss ?? 0)), yaml);
            }
            catch (RecipeException e)
            {
                Assert.StartsWith("test.yaml:", e.Message, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{e.Message}\n{yaml}");
            }
        }

        Assert.InRange(trained, 10, 40);
    }

    private static string Drawn(RandomKey key)
    {
        ulong n = 0;
        bool Chance(double p) => key.Uniform(n++) < p;
        string Pick(params string[] all) => all[key.Below(all.Length, n++)];
        string norm = Pick("none", "batch", "batch", "layer", "group", "batch-renorm", "ghost"), dropout = Pick("0", "0.2");
        List<string> train =
        [
            $"epochs: {Pick("1", "2", "3")}", $"batch: {Pick("1", "2", "3", "8", "16", "1000")}",
            $"optimizer: {Pick("{sgd: {rate: 0.05, momentum: 0.9}}", "adamw", "lion", "lamb", "muon", "{adam: {rate: 0}}", "{sgd: {rate: 30}}")}",
            $"schedule: {Pick("constant", "cosine", "linear", "one-cycle", "warm-restarts", "{warm-restarts: {cycles: 2}}", "{plateau: {patience: 0}}")}",
        ];
        foreach (string[] field in (string[][])
            [
                ["warmup: 0.3", "warmup: 1", "warmup: 9"], ["rate-search: true"], ["averaging: ema", "averaging: swa"], ["sharpness: sam", "sharpness: asam"],
                ["snapshots: 2"], ["recalibrate: 1", "recalibrate: 20"], ["mixup: 0.3", "cutmix: 1"], ["accumulate: 2", "accumulate: 4"],
                ["checkpoint-activations: true"], ["storage: bf16"], ["selective: 1", "selective: 3"], ["clip: {norm: 1}", "clip: {adaptive: 0.01}"],
                ["early-stopping: {patience: 1}", "early-stopping: {patience: 1, metric: auc}", "early-stopping: {metric: auc}"], ["recovery: {retries: 0}"],
                ["saddle-escape: {radius: 0.1, threshold: 10, every: 2}"], ["resize: {from: 0.5}", "resize: {from: 0.1, until: 0.9, stages: 3}", "resize: {until: 0.4}"],
            ])
        {
            if (Chance(0.2))
            {
                train.Add(Pick(field));
            }
        }

        return $$$"""
            name: t
            data: {source: digits, limit: {{{Pick("1", "2", "5", "17", "33", "40")}}}, validation: {{{Pick("0", "0.02")}}}{{{(Chance(0.3) ? ", augment: [crop, flip]" : "")}}}}
            model: {{{Pick($"{{cnn: {{widths: [4, 5], norm: {norm}, dropout: {dropout}}}}}", $"{{cnn: {{widths: [3, 3, 3, 3], norm: {norm}}}}}", $"{{mlp: {{hidden: [8, 8], norm: {norm}, dropout: {dropout}, residual: true, stochastic-depth: 0.3}}}}", $"{{mlp: {{hidden: [], norm: {norm}}}}}")}}}
            train: {{{{string.Join(", ", train)}}}}
            """;
    }

    private static Experiment Prepare(string yaml) => Experiment.Prepare(Files.Recipe(yaml, Directory.GetCurrentDirectory()), new DataCache());
}
