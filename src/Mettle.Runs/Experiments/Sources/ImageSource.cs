using System.Globalization;
using Mettle.Data;
using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Images and labels in IDX files (MNIST's format), optionally with test files.</summary>
public sealed record IdxSource(string Images, string Labels, string TestImages, string TestLabels, string ClassNames) : DataSource
{
    /// <inheritdoc/>
    public override SourceData Read(Recipe recipe)
    {
        string[]? names = ClassNames.Length > 0 ? ClassNames.Split('\n') : null;
        var train = IdxReader.ReadLabelled(Images, Labels, names);
        var test = TestImages.Length > 0 ? IdxReader.ReadLabelled(TestImages, TestLabels, names) : null;
        return new ImageRows(train, test, FileHash.ByName([.. new[] { Images, Labels, TestImages, TestLabels }.Where(f => f.Length > 0)])) { File = Path.GetFileName(Images) };
    }
}

/// <summary>Development and test rows of grey images.</summary>
public sealed class ImageRows(LabelledImages images, LabelledImages? test, IReadOnlyDictionary<string, string> hashes) : SourceData
{
    private readonly int[] classes = [.. images.Labels];

    /// <inheritdoc/>
    public override int RowCount => images.Count;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Classes => classes;

    /// <inheritdoc/>
    public override bool BringsTest => test is not null;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Hashes => hashes;

    /// <summary>Name of the file that the images stand in one after another; null where they do not.</summary>
    public string? File { get; init; }

    /// <inheritdoc/>
    public override string RowName(int row) => File is null ? base.RowName(row) : $"image {row + 1} of {File}";

    /// <inheritdoc/>
    public override EncodedData Encode(Split split, Recipe recipe, Relabel relabel)
    {
        var (mean, deviation) = Scale(split.Train.AsSpan(), recipe["data.normalize"].Text());
        int names = images.ClassNames.Length;
        var input = new InputSpec([1, images.Height, images.Width], [], LearningTask.Classification, names);
        int all = images.Count + (test?.Count ?? 0);
        List<DataFact> facts =
        [
            new("rows", all.ToString("N0", CultureInfo.InvariantCulture)),
            new("images", $"{images.Height} x {images.Width}, grey"),
            new("classes", $"{names}: {string.Join(", ", images.ClassNames.Take(12))}"),
        ];
        int[] everyTest = test is null ? [.. split.Test] : [.. Enumerable.Range(0, test.Count)];
        return new EncodedData(
            Rows(images, [.. split.Train], mean, deviation, relabel),
            split.Validation.IsEmpty ? null : Rows(images, [.. split.Validation], mean, deviation, relabel),
            everyTest.Length == 0 ? null : Rows(test ?? images, everyTest, mean, deviation), input, [.. images.ClassNames], facts)
        {
            Encoder = string.Create(CultureInfo.InvariantCulture, $"{{\"kind\":\"image\",\"height\":{images.Height},\"width\":{images.Width},\"mean\":{mean:R},\"deviation\":{deviation:R}}}"),
            Packaging = Package(mean, deviation),
        };
    }

    // The same steps, so the same bits, as a dataset of bytes with a normalisation.
    private Packaging Package(double mean, double deviation) => new()
    {
        Prepare = x => ((x / 255) - (mean / 255)) * (float)(1 / (deviation / 255)),
        Notes = new Dictionary<string, string>(Notes, StringComparer.Ordinal)
        {
            [ModelNotes.PixelMax] = ModelExport.Number(images.MaxPixel),
            [ModelNotes.Input] = $"image: grey pixels from 0 to {images.MaxPixel} as they are in a file, [N, 1, {images.Height}, {images.Width}]; the model scales them itself.",
        },
    };

    // Sums of whole numbers: exact, whatever the order.
    private (double Mean, double Deviation) Scale(ReadOnlySpan<int> rows, string normalize)
    {
        if (normalize is "unit" or "none")
        {
            return (0, normalize == "unit" ? images.MaxPixel : 1);
        }

        long sum = 0, squares = 0, count = 0;
        foreach (int row in rows)
        {
            foreach (byte b in images[row])
            {
                sum += b;
                squares += b * b;
            }

            count += images.Height * images.Width;
        }

        double mean = sum / (double)count;
        return (mean, Math.Max(1e-6, Math.Sqrt((squares / (double)count) - (mean * mean))));
    }

    private static DataPart Rows(LabelledImages from, int[] rows, double mean, double deviation, Relabel? relabel = null)
    {
        int size = from.Height * from.Width;
        var pixels = new byte[rows.Length * size];
        var labels = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            from[rows[i]].CopyTo(pixels.AsSpan(i * size));
            labels[i] = from.Labels[rows[i]];
        }

        labels = relabel?.Invoke(labels, rows) ?? labels;

        // The dataset reads a byte b as b / 255.
        var scale = new Normalization([mean / 255], [deviation / 255]);
        return new DataPart(ArrayDataset.Classification(pixels, [1, from.Height, from.Width], labels, normalization: scale), labels, []);
    }
}
