namespace Mettle.Runs.Tests.Experiments;

/// <summary>What no single field can see: values that do not go together are told with the line of one of them.</summary>
public sealed class CrossFieldTests
{
    private const string Table =
        """
        name: t
        data:
          source: {csv: {path: rows.csv}}
          target: answer
          task: auto
          test-modulo: [4, 1]
          label-noise: 0
          normalize: auto
          validation: 0.2
        model: {tabular: {hidden: [4]}}
        train:
          epochs: 2
          warmup: 0
          loss: auto
          early-stopping: {patience: 0}
        """;

    [Theory]
    [InlineData("model: {tabular: {hidden: [4]}}", "model: {mlp: {hidden: [4]}}", 10, "use the model tabular")]
    [InlineData("model: {tabular: {hidden: [4]}}", "init: fixup\nmodel: {tabular: {hidden: [4]}}", 10, "cannot begin this model")]
    [InlineData("model: {tabular: {hidden: [4]}}", "init: recurrent\nmodel: {tabular: {hidden: [4]}}", 10, "cannot begin this model")]
    [InlineData("test-modulo: [4, 1]", "test-modulo: [4, 4]", 6, "r below m")]
    [InlineData("test-modulo: [4, 1]", "test-modulo: [4]", 6, "must be [m, r]")]
    [InlineData("test-modulo: [4, 1]", "augment: [flip]", 6, "changes images")]
    [InlineData("source: {csv: {path: rows.csv}}", "source: {csv: {path: rows.csv, test: rows.csv}}", 6, "brings its own")]
    [InlineData("source: {csv: {path: rows.csv}}", "source: {csv: {path: rows.csv, image: [3]}}", 3, "is [height, width]")]
    [InlineData("source: {csv: {path: rows.csv}}", "source: {idx: {images: a, labels: b, test-images: c}}", 3, "both or neither")]
    [InlineData("normalize: auto", "normalize: unit", 8, "is for images")]
    [InlineData("validation: 0.2", "augment: [flip]", 9, "changes images")]
    [InlineData("epochs: 2\n  warmup: 0", "epochs: 2\n  warmup: 2", 13, "leaves nothing")]
    [InlineData("loss: auto", "loss: mse", 14, "judges numbers")]
    [InlineData("[4]}}\ntrain:", "[]}}\ntrain:\n  mup: 64", 12, "needs a hidden layer")]
    [InlineData("validation: 0.2", "validation: 0", 0, "")]
    public void Check_FieldsThatDoNotGoTogether_NamesLineAndField(string given, string wrong, int line, string part)
    {
        using var folder = new TemporaryFolder();
        Files.TableCsv(folder.Path, "rows.csv", 60);
        string yaml = Table.Replace(given, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Table, yaml);
        if (line == 0)
        {
            Check(yaml, folder);
            return;
        }

        Expect(yaml, folder, line, part);
    }

    [Fact]
    public void Check_EarlyStoppingWithoutValidationRows_NamesLine()
    {
        using var folder = new TemporaryFolder();
        Files.TableCsv(folder.Path, "rows.csv", 60);
        Expect(
            Table.Replace("validation: 0.2", "validation: 0", StringComparison.Ordinal).Replace("patience: 0", "patience: 3", StringComparison.Ordinal), folder, 15, "needs validation rows");
    }

    [Fact]
    public void Check_LabelNoiseOnNumbers_NamesLine()
    {
        using var folder = new TemporaryFolder();
        Files.TableCsv(folder.Path, "rows.csv", 60);
        string yaml = Table.Replace("target: answer", "target: first", StringComparison.Ordinal).Replace("task: auto", "task: regression", StringComparison.Ordinal);
        Check(yaml, folder);
        Expect(yaml.Replace("label-noise: 0", "label-noise: 0.1", StringComparison.Ordinal), folder, 7, "numbers are predicted");
        Expect(yaml.Replace("loss: auto", "loss: cross-entropy", StringComparison.Ordinal), folder, 14, "judges classes");
    }

    [Fact]
    public void Check_RegressionOfImages_NamesLine()
    {
        using var folder = new TemporaryFolder();
        Files.ImageCsv(folder.Path, "rows.csv", 60);
        Expect(
            Table.Replace("{path: rows.csv}", "{path: rows.csv, header: false, image: [2, 2]}", StringComparison.Ordinal)
                .Replace("target: answer", "target: c4", StringComparison.Ordinal).Replace("task: auto", "task: regression", StringComparison.Ordinal),
            folder,
            5,
            "this source is for classification");
    }

    [Fact]
    public void Check_TableWithoutTarget_NamesField()
    {
        using var folder = new TemporaryFolder();
        Files.TableCsv(folder.Path, "rows.csv", 60);
        var e = Assert.Throws<RecipeException>(() => Check(Table.Replace("  target: answer\n", "", StringComparison.Ordinal), folder));
        Assert.Contains("data.target", e.Message, StringComparison.Ordinal);
    }

    private static void Expect(string yaml, TemporaryFolder folder, int line, string part)
    {
        var e = Assert.Throws<RecipeException>(() => Check(yaml, folder));
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.StartsWith($"test.yaml:{line}:", e.Message, StringComparison.Ordinal);
    }

    private static void Check(string yaml, TemporaryFolder folder) => Experiment.Prepare(Files.Recipe(yaml, folder.Path), new DataCache()).Check();
}
