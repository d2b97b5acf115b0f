using Mettle.Data;
using Mettle.Nn;

namespace Mettle.Runs.Tests.Experiments;

public sealed class SourceTests
{
    private const string Model = "model: {mlp: {hidden: [4]}}";

    [Fact]
    public void Prepare_CsvOfImages_ReadsPixelsAndClasses()
    {
        using var folder = new TemporaryFolder();
        Files.ImageCsv(folder.Path, "rows.csv", 60);
        var data = Prepare(folder, "{source: {csv: {path: rows.csv, header: false, image: [2, 2], max-pixel: 16}}, target: c4}").Data;
        Assert.Equal([1, 2, 2], data.Encoded.Input.Sample);
        Assert.Equal(["0", "1", "2"], data.Encoded.ClassNames);
        Assert.Equal((12, 60), (data.Encoded.Test!.Count, data.DevelopmentRows + data.Encoded.Test.Count));
        Assert.Equal(FileHash.Sha256(Path.Combine(folder.Path, "rows.csv")), data.Hashes["rows.csv"]);
    }

    [Fact]
    public void Prepare_IdxWithTestFiles_OpensAllTestRowsAndHashesFourFiles()
    {
        using var folder = new TemporaryFolder();
        Files.Idx(folder.Path, "train", 50);
        Files.Idx(folder.Path, "test", 20);
        var data = Prepare(folder, "{source: {idx: {images: train-images, labels: train-labels, test-images: test-images, test-labels: test-labels, classes: [x, y, z]}}}").Data;
        Assert.Equal(20, data.Encoded.Test!.Count);
        Assert.Equal(50, data.DevelopmentRows);
        Assert.Equal(["x", "y", "z"], data.Encoded.ClassNames);
        Assert.Equal(4, data.Hashes.Count);
    }

    [Fact]
    public void Prepare_FilesOfOneNameInTwoFolders_HashesBoth()
    {
        using var folder = new TemporaryFolder();
        Files.TableCsv(folder.Path, "train/rows.csv", 60);
        Files.TableCsv(folder.Path, "test/rows.csv", 30);
        var hashes = Prepare(folder, "{source: {csv: {path: train/rows.csv, test: test/rows.csv}}, target: answer}").Data.Hashes;
        Assert.Equal(["test/rows.csv", "train/rows.csv"], hashes.Keys);
        Assert.Equal(FileHash.Sha256(Path.Combine(folder.Path, "train/rows.csv")), hashes["train/rows.csv"]);
    }

    [Fact]
    public void Prepare_TableNormalizedStandard_GivesOneFeatureAColumn()
    {
        using var folder = new TemporaryFolder();
        Files.TableCsv(folder.Path, "rows.csv", 60);
        var input = Prepare(folder, "{source: {csv: {path: rows.csv}}, target: answer, normalize: standard}").Data.Encoded.Input;
        Assert.Equal([2], input.Sample);
        Assert.Single(input.Cardinalities);
    }

    [Fact]
    public void Prepare_TestFileWithOtherClasses_NamesFileAndClasses()
    {
        using var folder = new TemporaryFolder();
        Files.ImageCsv(folder.Path, "rows.csv", 60);
        Files.ImageCsv(folder.Path, "few.csv", 2);
        var e = Assert.Throws<DataException>(() => Prepare(folder, "{source: {csv: {path: rows.csv, test: few.csv, header: false, image: [2, 2]}}, target: c4}"));
        Assert.Contains("few.csv", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_TargetThatIsNoColumn_NamesFileAndColumns()
    {
        using var folder = new TemporaryFolder();
        Files.TableCsv(folder.Path, "rows.csv", 60);
        var e = Assert.Throws<DataException>(() => Prepare(folder, "{source: {csv: {path: rows.csv}}, target: reply}"));
        Assert.Contains("rows.csv, column 'reply'", e.Message, StringComparison.Ordinal);
        Assert.Contains("'answer'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_Digits_NeedsNoFile()
    {
        using var folder = new TemporaryFolder();
        var data = Prepare(folder, "{source: digits}").Data;
        Assert.Equal(1797, data.DevelopmentRows + data.Encoded.Test!.Count);
        Assert.Equal(LearningTask.Classification, data.Encoded.Input.Task);
        Assert.Empty(data.Hashes);
    }

    private static Experiment Prepare(TemporaryFolder folder, string data)
        => Experiment.Prepare(Files.Recipe($"name: t\ndata: {data}\n{Model}\n", folder.Path), new DataCache());
}
