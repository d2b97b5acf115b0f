using System.Text;
using Mettle.Data;

namespace Mettle.Runs.Tests.Experiments;

/// <summary>Image files in folders as rows of an experiment.</summary>
public sealed class ImageFolderSourceTests
{
    private static readonly string[] Classes = ["dark", "light"];

    [Fact]
    public void Prepare_ColourImagesWithTestFolder_TrainsOnScaledChannels()
    {
        using var folder = new TemporaryFolder();
        Images(folder.Path, "train", 20);
        Images(folder.Path, "test", 6);
        var experiment = Prepare(folder, "{source: {images: {path: ., train: train, test: test}}}");
        var data = experiment.Data.Encoded;
        Assert.Equal(new Shape([3, 4, 4]), data.Input.Sample);
        Assert.Equal(Classes, data.ClassNames);
        Assert.Equal((34, 6, 12), (data.Train.Count, data.Validation!.Count, data.Test!.Count));
        Assert.EndsWith(".ppm", experiment.Data.RowName(0), StringComparison.Ordinal);
        using var scope = MemoryScope.Begin("test");
        float[] x = data.Train.Rows.Load([.. Enumerable.Range(0, 34)], default).Inputs[0].ToArray<float>();
        for (int c = 0; c < 3; c++)
        {
            var plane = Enumerable.Range(0, 34).SelectMany(i => x.Skip((i * 48) + (c * 16)).Take(16)).ToArray();
            Assert.Equal(0, plane.Average(), 1e-4);
            Assert.Equal(1, Math.Sqrt(plane.Average(v => v * v)), 1e-4);
        }

        experiment.Check();
    }

    [Fact]
    public void Prepare_FolderChanges_HasAnotherHash()
    {
        using var folder = new TemporaryFolder();
        Images(Path.Combine(folder.Path, "set"), "", 10);
        string before = Hash(folder);
        Assert.Equal(before, Hash(folder));
        File.WriteAllBytes(Path.Combine(folder.Path, "set", "dark", "0.ppm"), Colour(77));
        Assert.NotEqual(before, Hash(folder));
    }

    [Theory]
    [InlineData("{path: ., size: [4]}", "is [height, width]")]
    [InlineData("{path: ., test: test}", "goes with train")]
    public void Prepare_FieldsThatDoNotGoTogether_AreRefusedWithTheirLine(string fields, string message)
    {
        using var folder = new TemporaryFolder();
        var e = Assert.Throws<RecipeException>(() => Prepare(folder, $"{{source: {{images: {fields}}}}}"));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("test.yaml:2:", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_FolderThatIsNotThere_NamesIt()
    {
        using var folder = new TemporaryFolder();
        var e = Assert.Throws<DataException>(() => Prepare(folder, "{source: {images: {path: nowhere.zip}}}"));
        Assert.Contains("nowhere.zip", e.Message, StringComparison.Ordinal);
    }

    private static string Hash(TemporaryFolder folder) => Assert.Single(Prepare(folder, "{source: {images: set}}").Data.Hashes).Value;

    private static Experiment Prepare(TemporaryFolder folder, string data)
        => Experiment.Prepare(Files.Recipe($"name: t\ndata: {data}\nmodel: {{cnn: {{widths: [4]}}}}\n", folder.Path), new DataCache());

    private static void Images(string folder, string part, int each)
    {
        for (int c = 0; c < Classes.Length; c++)
        {
            string path = Path.Combine(folder, part, Classes[c]);
            Directory.CreateDirectory(path);
            for (int i = 0; i < each; i++)
            {
                File.WriteAllBytes(Path.Combine(path, $"{i}.ppm"), Colour((100 * c) + (3 * i)));
            }
        }
    }

    private static byte[] Colour(int level) => [.. Encoding.ASCII.GetBytes("P6 4 4 255 "), .. Enumerable.Range(0, 48).Select(i => (byte)(level + (i % 3 * 10) + (i % 7)))];
}
