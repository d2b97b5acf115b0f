using System.Text;
using Mettle.Challenges.Optimisation;
using Mettle.Runs;

namespace Mettle.Challenges.Tests;

/// <summary>Every treatment of the catalogue on recipes of every kind: it says why it does not apply, or gives a recipe that trains.</summary>
public sealed class TreatmentsOnRecipesTests
{
    private const int MostEpochs = 5;

    private static readonly Dictionary<string, string> Recipes = new(StringComparer.Ordinal)
    {
        ["plain"] = "data: {source: digits, limit: 96}\nmodel: {mlp: {hidden: [16, 16]}}\ntrain: {epochs: 4, batch: 32, optimizer: {sgd: {rate: 0.1, momentum: 0.9}}}",
        ["linear"] = "data: {source: digits, limit: 96}\nmodel: {mlp: {hidden: []}}\ntrain: {epochs: 4, batch: 512, optimizer: lamb, schedule: plateau}",
        ["deep"] = "data: {source: digits, limit: 96}\nmodel: {mlp: {depth: 24, width: 80, norm: batch, residual: true}}\ntrain: {epochs: 2, batch: 2, optimizer: lion, schedule: {step: {epochs: 1}}}",
        ["ghost"] = "data: {source: digits, limit: 300}\nmodel: {mlp: {hidden: [96, 96], norm: ghost, dropout: 0.2}}\ntrain: {epochs: 4, batch: 128, optimizer: muon, schedule: one-cycle, warmup: 1, averaging: ema}",
        ["nothing held out"] = "data: {source: digits, limit: 96, validation: 0, test: 0}\nmodel: {mlp: {hidden: [16]}}\ntrain: {epochs: 6, batch: 32, optimizer: adam, schedule: warm-restarts}",
        ["convolutions"] = "data: {source: digits, limit: 64, augment: [crop]}\nmodel: {cnn: {widths: [4, 8, 8]}}\ntrain: {epochs: 5, batch: 16, optimizer: {adamw: {rate: 0.00001}}, schedule: cosine, mixup: 0.2}",
        ["convolutions, everything in use"] = "data: {source: digits, limit: 64}\ninit: orthogonal\nmodel: {cnn: {widths: [4], norm: none, dropout: 0.1}}\ntrain: {epochs: 5, batch: 16, optimizer: {sgd: {rate: 0.01, weight-decay: 0.01}}, cutmix: 1, sharpness: sam, clip: {norm: 1}, early-stopping: {patience: 2}, loss: {cross-entropy: {label-smoothing: 0.1}}, storage: bf16, recalibrate: 32}",
        ["tasks"] = "data: {source: digits, limit: 200, tasks: {split-classes: {count: 5}}}\nmodel: {mlp: {hidden: [16]}}\ntrain: {epochs: 1, batch: 16}",
        ["sequences"] = "data: {source: {adding-problem: {length: 12, rows: 120}}}\nmodel: {rnn: {cell: tanh, hidden: 8}}\ntrain: {epochs: 4, batch: 16, optimizer: adam, rate-search: true}",
        ["gated"] = "data: {source: {adding-problem: {length: 12, rows: 120}}}\nmodel: {rnn: {cell: lstm, hidden: 8, layers: 2, dropout: 0.1}}\ntrain: {epochs: 4, batch: 16, loss: huber}",
        ["series"] = "data: {source: {series: {path: $FOLDER/series.csv, window: 8}}, target: y}\nmodel: {mlp: {hidden: [8]}}\ntrain: {epochs: 4, batch: 16, loss: mae}",
        ["classes of a table"] = "data: {source: {csv: {path: $FOLDER/table.csv}}, target: class}\nmodel: {tabular: {hidden: [8]}}\ntrain: {epochs: 4, batch: 16}",
        ["numbers of a table"] = "data: {source: {csv: {path: $FOLDER/table.csv}}, target: number, task: regression}\nmodel: {tabular: {hidden: [8, 8], norm: batch}}\ntrain: {epochs: 4, batch: 16}",
        ["text"] = "data: {source: {text: {path: $FOLDER/text.txt, context: 8, stride: 4}}}\nmodel: {text-cnn: {embedding: 4, filters: 8}}\ntrain: {epochs: 4, batch: 16}",
        ["lines"] = "data: {source: {text-lines: {path: $FOLDER/lines.txt, length: 12}}}\nmodel: {rnn: {cell: gru, hidden: 8}}\ntrain: {epochs: 4, batch: 16}",
        ["foreign"] = "data: {source: digits, limit: 96}\nmodel: {onnx: {path: $FOLDER/model.onnx}}\ntrain: {epochs: 4, batch: 16}",
    };

    public static TheoryData<string> Kinds => [.. Recipes.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_ToRecipesOfEveryKind_GivesOneThatTrainsOrAReason(string kind)
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path);
        var recipe = House.Recipe($"name: t\n{Recipes[kind].Replace("$FOLDER", folder.Path, StringComparison.Ordinal)}\n");
        var experiment = Experiment.Prepare(recipe, new DataCache());
        var wrong = new StringBuilder();
        foreach (var (challenge, treatment) in House.Catalogue.Treatments)
        {
            try
            {
                if (Candidate.Of(House.Catalogue, treatment, challenge.Id, experiment, out string reason) is not { } candidate)
                {
                    if (reason.Length == 0)
                    {
                        wrong.AppendLine($"{treatment.Name}: no reason");
                    }
                    continue;
                }

                using var scope = MemoryScope.Begin("treated");
                int epochs = Math.Min(MostEpochs, candidate.Changed["train.epochs"].Int());
                if (experiment.With(candidate.Changed.With("train.epochs", epochs)).Train(new TrainOptions()).Result is { Steps: 0, Divergence: null })
                {
                    wrong.AppendLine($"{treatment.Name}: no step was taken");
                }

                if (treatment.Conflicts.Count > 0 && !treatment.IsIn(candidate.Changed))
                {
                    wrong.AppendLine($"{treatment.Name}: does not know itself");
                }

                // A batch can be made larger again and again.
                if (treatment is not (LargerBatch or SmallerBatch) && treatment.Apply(candidate.Changed, out _) is not null)
                {
                    wrong.AppendLine($"{treatment.Name}: applies twice");
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                wrong.AppendLine($"{treatment.Name}: {e}");
            }
        }

        Assert.Equal("", wrong.ToString());
    }

    private static void Write(string folder)
    {
        var key = RandomKey.FromSeed(3);
        var series = new StringBuilder("y,z\n");
        var table = new StringBuilder("a,b,colour,class,number\n");
        var lines = new StringBuilder();
        for (int i = 0; i < 160; i++)
        {
            double a = key.Uniform((ulong)i), b = key.For("b").Uniform((ulong)i);
            string colour = ((string[])["red", "green", "blue"])[i % 3];
            series.Append(FormattableString.Invariant($"{Math.Sin(0.3 * i) + (0.1 * a)},{a}\n"));
            table.Append(FormattableString.Invariant($"{a},{(i % 7 == 0 ? "" : b)},{colour},{(a > 0.4 ? "yes" : "no")},{a + (2 * b)}\n"));
            lines.Append($"{(i % 2 == 0 ? "even" : "odd")}\t{colour} {i % 10} words\n");
        }

        File.WriteAllText(Path.Combine(folder, "series.csv"), series.ToString());
        File.WriteAllText(Path.Combine(folder, "table.csv"), table.ToString());
        File.WriteAllText(Path.Combine(folder, "lines.txt"), lines.ToString());
        File.WriteAllText(Path.Combine(folder, "text.txt"), string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog. ", 30)));
        using var run = MemoryScope.Begin("foreign");
        var digits = Experiment.Prepare(House.Recipe("name: t\ndata: {source: digits}\nmodel: {mlp: {hidden: [12]}}"), new DataCache());
        ModelExport.Of(digits, digits.BuildModel(), "foreign", new string('0', 64)).Document.Save(Path.Combine(folder, "model.onnx"));
    }
}
