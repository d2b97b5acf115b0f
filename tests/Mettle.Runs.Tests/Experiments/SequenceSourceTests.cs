using System.Globalization;
using Mettle.Data;

namespace Mettle.Runs.Tests.Experiments;

/// <summary>Sources of text and series: what a row holds, and that nothing leaks between parts.</summary>
public sealed class SequenceSourceTests
{
    private const string Lines = "spam\tbuy now\nham\tsee you\nham\tok then\nspam\tfree win\n";

    [Fact]
    public void Prepare_Text_RowsAreWindowsWithTheCharacterThatFollows()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "t.txt"), string.Concat(Enumerable.Repeat("abcd", 50)));
        var experiment = Prepare(folder, "{source: {text: {path: t.txt, context: 3}}}", "{text-cnn: {kernels: [2], filters: 4}}");
        var data = experiment.Data.Encoded;
        Assert.Equal(["a", "b", "c", "d"], data.ClassNames);
        using var scope = MemoryScope.Begin("test");
        var batch = data.Train.Rows.Load([0, 1, 5], default);
        Assert.Equal([2L, 3, 4, 3, 4, 5, 3, 4, 5], batch.Inputs[0].ToArray<long>());
        Assert.Equal([3L, 0, 0], batch.Targets.ToArray<long>());
        Assert.Equal([3, 0, 0], new[] { 0, 1, 5 }.Select(i => data.Train.Labels[i]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Prepare_Text_NoCharacterOfTestOrValidationIsSeenInTraining(int stride)
    {
        using var folder = new TemporaryFolder();

        // Every character stands once, so that a window tells where it was cut.
        string text = string.Concat(Enumerable.Range(0, 600).Select(i => (char)(0x4e00 + i)));
        File.WriteAllText(Path.Combine(folder.Path, "t.txt"), text);
        var experiment = Prepare(folder, $"{{source: {{text: {{path: t.txt, context: 5, stride: {stride}}}}}}}", "{text-cnn: {kernels: [2], filters: 4}}");
        Experiment[] all = [experiment, experiment.Fold(0, 5), experiment.Fold(2, 5), experiment.Fold(4, 5)];
        Assert.All(all, e =>
        {
            var d = e.Data.Encoded;
            HashSet<long> train = Seen(d.Train), validation = Seen(d.Validation!), test = Seen(d.Test!);
            Assert.Empty(train.Intersect(validation));
            Assert.Empty(train.Intersect(test));
            Assert.Empty(validation.Intersect(test));
            Assert.Equal(experiment.Data.Encoded.Test!.Labels, d.Test!.Labels);
        });
        Assert.All(Enumerable.Range(0, 5).Select(k => experiment.Trial(k, 5).Data), d =>
        {
            HashSet<long> train = Seen(d.Encoded.Train), validation = Seen(d.Encoded.Validation!), held = Seen(d.HeldOut!), test = Seen(d.Encoded.Test!);
            Assert.Empty(train.Intersect(held));
            Assert.Empty(train.Intersect(validation));
            Assert.Empty(validation.Intersect(held));
            Assert.Empty(test.Intersect(train.Union(validation).Union(held)));
        });
    }

    [Fact]
    public void Prepare_TextLines_AlphabetIsThatOfTheTrainingLinesAndClassesAreStratified()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "l.tsv"), string.Concat(Enumerable.Repeat(Lines, 10)));
        File.WriteAllText(Path.Combine(folder.Path, "t.tsv"), "ham\tžaba\nspam\twin\n");
        var data = Prepare(folder, "{source: {text-lines: {path: l.tsv, test: t.tsv, length: 6}}, validation: 0.25}", "{text-cnn: {kernels: [2], filters: 4}}").Data.Encoded;
        Assert.Equal(["ham", "spam"], data.ClassNames);
        Assert.Equal((30, 10, 2), (data.Train.Count, data.Validation!.Count, data.Test!.Count));
        Assert.Equal(5, data.Validation.Labels.Sum());
        using var scope = MemoryScope.Begin("test");
        long[] codes = data.Test.Rows.Load([0], default).Inputs[0].ToArray<long>();
        Assert.Equal(CharacterEncoder.Unknown, codes[2]);
        Assert.Equal([0L, 0], codes[..2]);
    }

    [Fact]
    public void Prepare_TextLinesTestWithOtherClass_NamesFileAndClass()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "l.tsv"), Lines);
        File.WriteAllText(Path.Combine(folder.Path, "t.tsv"), "eggs\tyes\n");
        var e = Assert.Throws<DataException>(() => Prepare(folder, "{source: {text-lines: {path: l.tsv, test: t.tsv}}}", "rnn"));
        Assert.Contains("t.tsv", e.Message, StringComparison.Ordinal);
        Assert.Contains("'eggs'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_Series_WindowsHoldThePastAndTheTargetLiesTheHorizonAhead()
    {
        using var folder = new TemporaryFolder();
        Series(folder, 200);
        var d = Prepare(folder, "{source: {series: {path: s.csv, window: 4, horizon: 3}}, target: level, normalize: none}", "{rnn: {hidden: 4}}").Data.Encoded;
        Assert.Equal([4, 2], d.Input.Sample);
        using var scope = MemoryScope.Begin("test");
        var batch = d.Train.Rows.Load([10], default);
        Assert.Equal([10f, 100, 11, 110, 12, 120, 13, 130], batch.Inputs[0].ToArray<float>());
        Assert.Equal(16, d.Packaging.Restore(batch.Targets).ToArray<float>()[0], 1e-3);
    }

    [Fact]
    public void Prepare_Series_PartsShareNoStepAndScalesAreTheTrainingRows()
    {
        using var folder = new TemporaryFolder();
        Series(folder, 400);
        var experiment = Prepare(folder, "{source: {series: {path: s.csv, columns: [level], window: 6, horizon: 2, stride: 3}}, target: level}", "{rnn: {hidden: 4}}");
        using var scope = MemoryScope.Begin("test");
        Experiment[] all = [experiment, experiment.Fold(0, 6), experiment.Fold(3, 6), experiment.Fold(5, 6)];
        Assert.All(all, e =>
        {
            // The column counts the steps: undoing the scale shows which a row holds.
            var d = e.Data.Encoded;
            int[] train = Steps(d, d.Train), validation = Steps(d, d.Validation!), test = Steps(d, d.Test!);
            Assert.Empty(train.Intersect(validation));
            Assert.Empty(train.Intersect(test));
            Assert.Empty(validation.Intersect(test));
            Assert.True(test.Min() > train.Max() && test.Min() > validation.Max());
            float[] x = d.Train.Rows.Load([.. Enumerable.Range(0, d.Train.Count)], default).Inputs[0].ToArray<float>();
            Assert.InRange(x.Average(), -0.1, 0.1);
            Assert.InRange(x.Average(v => v * v), 0.8, 1.2);
        });
    }

    [Theory]
    [InlineData("{source: {series: {path: s.csv, window: 300}}, target: level}", "too few")]
    [InlineData("{source: {series: {path: s.csv, columns: [level]}}, target: name}", "holds names")]
    [InlineData("{source: {series: {path: s.csv}}, target: hole}", "line 3, column 'hole'")]
    [InlineData("{source: {series: {path: s.csv, columns: [nothing]}}, target: level}", "'nothing'")]
    public void Prepare_SeriesThatCannotBe_SaysWhy(string data, string part)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(Path.Combine(folder.Path, "s.csv"), Enumerable.Range(0, 100).Select(i => $"{i},n{i},{(i == 1 ? "" : "1")}").Prepend("level,name,hole"));
        Assert.Contains(part, Assert.Throws<DataException>(() => Prepare(folder, data, "{rnn: {hidden: 4}}")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data: {source: {series: {path: s.csv}}}\nmodel: rnn", "data.target")]
    [InlineData("data: {source: {series: {path: s.csv}}, target: level, normalize: unit}\nmodel: rnn", "is for images")]
    [InlineData("data: {source: {series: {path: s.csv}}, target: level, test-modulo: [4, 0]}\nmodel: rnn", "share values with their neighbours")]
    [InlineData("data: {source: {series: {path: s.csv}}, target: level}\nmodel: {rnn: {embedding: 4}}", "is for text")]
    [InlineData("data: {source: {series: {path: s.csv}}, target: level}\nmodel: text-cnn", "takes text")]
    [InlineData("data: {source: {text: {path: t.txt, context: 4}}}\nmodel: mlp", "use the model text-cnn or rnn")]
    [InlineData("data: {source: {text: {path: t.txt, context: 4}}}\nmodel: tabular", "use the model text-cnn or rnn")]
    [InlineData("data: {source: {text: {path: t.txt, context: 4}}}\nmodel: {text-cnn: {kernels: [5]}}", "a text here has 4")]
    [InlineData("data: {source: {text: {path: t.txt, context: 4}}, normalize: unit}\nmodel: rnn", "is for numbers")]
    [InlineData("data: {source: {text: {path: t.txt, context: 4}}}\nmodel: rnn\ntrain: {mixup: 0.2}", "this input is text")]
    [InlineData("data: {source: {text-lines: {files: [t.txt]}}}\nmodel: rnn", "nothing to tell apart")]
    [InlineData("data: {source: {text-lines: {length: 9}}}\nmodel: rnn", "give one of the two")]
    [InlineData("data: {source: {text-lines: {files: [t.txt, u.txt], test: t.txt}}}\nmodel: rnn", "goes with path")]
    [InlineData("data: {source: {text: {path: t.txt, contexts: 4}}}\nmodel: rnn", "did you mean 'context'")]
    [InlineData("data: {source: {text: {path: t.txt, context: 0}}}\nmodel: rnn", "must be 1 to 4096")]
    public void Check_FieldsThatDoNotGoTogether_SayWhy(string yaml, string part)
    {
        using var folder = new TemporaryFolder();
        Series(folder, 200);
        File.WriteAllText(Path.Combine(folder.Path, "t.txt"), string.Concat(Enumerable.Repeat("abcd ", 50)));
        var e = Assert.Throws<RecipeException>(() => Experiment.Prepare(Files.Recipe($"name: t\n{yaml}\n", folder.Path), new DataCache()).Check());
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{text-cnn: {embedding: 8, kernels: [3], filters: 16}}")]
    [InlineData("{rnn: {cell: gru, hidden: 16, embedding: 8}}")]
    public void Train_PeriodicText_IsLearned(string model)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "t.txt"), string.Concat(Enumerable.Repeat("to be, or not. ", 60)));
        var experiment = Prepare(folder, "{source: {text: {path: t.txt, context: 6}}}", model, "train: {epochs: 15, batch: 16, optimizer: {adam: {rate: 0.01}}}");
        using var scope = MemoryScope.Begin("test");
        Assert.Equal(1, experiment.Test(experiment.Train(new TrainOptions())).Accuracy);
    }

    [Fact]
    public void Prepare_FilesOfTheCollection_ReadAsTheyAre()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("METTLE_DATA")), "METTLE_DATA is not set");
        using var folder = new TemporaryFolder();
        Assert.Equal(["ham", "spam"], Read("{source: {text-lines: {path: $METTLE_DATA/text/sms-spam.tsv.gz}}}").ClassNames);
        Assert.Equal(["ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM"], Read("{source: {text-lines: {path: $METTLE_DATA/text/trec/TREC.train.gz, test: $METTLE_DATA/text/trec/TREC.test.gz, delimiter: blank, encoding: latin-1, label-end: \":\"}}}").ClassNames);
        Assert.Equal(["rt-polarity.neg", "rt-polarity.pos"], Read("{source: {text-lines: {files: [$METTLE_DATA/text/rt-polarity.neg.gz, $METTLE_DATA/text/rt-polarity.pos.gz]}}}").ClassNames);
        Assert.Equal(65, Read("{source: {text: {path: $METTLE_DATA/text/tinyshakespeare.txt.gz, stride: 50}}}").ClassNames.Count);
        EncodedData Read(string data) => Prepare(folder, data, "rnn").Data.Encoded;
    }

    private static HashSet<long> Seen(DataPart part)
    {
        using var scope = MemoryScope.Begin("test");
        var batch = part.Rows.Load([.. Enumerable.Range(0, part.Count)], default);
        return [.. batch.Inputs[0].ToArray<long>(), .. batch.Targets.ToArray<long>().Select(t => t + CharacterEncoder.FirstCharacter)];
    }

    private static int[] Steps(EncodedData data, DataPart part)
    {
        var batch = part.Rows.Load([.. Enumerable.Range(0, part.Count)], default);
        float[] targets = data.Packaging.Restore(batch.Targets).ToArray<float>();

        // The window's scale is not the target's: a row's window ends two steps before its target.
        return [.. targets.SelectMany(t => Enumerable.Range((int)MathF.Round(t) - 7, 6).Append((int)MathF.Round(t)))];
    }

    private static void Series(TemporaryFolder folder, int steps)
        => File.WriteAllLines(Path.Combine(folder.Path, "s.csv"), Enumerable.Range(0, steps).Select(i => string.Create(CultureInfo.InvariantCulture, $"d{i},{i},{10 * i}")).Prepend("date,level,tenfold"));

    private static Experiment Prepare(TemporaryFolder folder, string data, string model, string more = "")
        => Experiment.Prepare(Files.Recipe($"name: t\ndata: {data}\nmodel: {model}\n{more}\n", folder.Path), new DataCache());
}
