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

/// <summary>Image files in folders named after their class, in a directory or an archive.</summary>
/// <param name="Path">The directory, zip or tar archive.</param>
/// <param name="Train">Folder in it with the training images; "" for the whole.</param>
/// <param name="Test">Folder in it with the test images; "" if they are split off.</param>
/// <param name="Height">Rows that images are brought to; 0 keeps them.</param>
/// <param name="Width">Columns; 0 with <paramref name="Height"/>.</param>
public sealed record ImageFolderSource(string Path, string Train, string Test, int Height, int Width) : DataSource
{
    /// <inheritdoc/>
    public override SourceData Read(Recipe recipe)
    {
        var train = ImageFolders.Read(Path, Train, Height, Width);
        var test = Test.Length > 0 ? ImageFolders.Read(Path, Test, Height, Width, train.Images.ClassNames) : null;
        if (test is not null && Form(test.Images) != Form(train.Images))
        {
            throw new DataException($"The test images are {Form(test.Images)}, those of training {Form(train.Images)}.", "Give images of one kind; 'size: [height, width]' brings all to one size.", Path);
        }

        return new ImageRows(train.Images, test?.Images, FileHash.ByName([Path])) { FileNames = train.Files };
    }

    private static string Form(LabelledImages i) => $"{i.Width} x {i.Height} in {(i.Channels == 1 ? "grey" : "colour")}";
}

/// <summary>Development and test rows of images.</summary>
public sealed class ImageRows(LabelledImages images, LabelledImages? test, IReadOnlyDictionary<string, string> hashes) : SourceData
{
    private readonly int[] classes = [.. images.Labels];

    /// <summary>Name of each development image's file, where each has its own; else empty.</summary>
    public IReadOnlyList<string> FileNames { get; init; } = [];

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
    public override string RowName(int row) => FileNames.Count > 0 ? FileNames[row] : File is null ? base.RowName(row) : $"image {row + 1} of {File}";

    /// <inheritdoc/>
    public override EncodedData Encode(Split split, Recipe recipe, Relabel relabel)
    {
        var (mean, deviation) = Scale(split.Train.AsSpan(), recipe["data.normalize"].Text());
        int names = images.ClassNames.Length;
        var input = new InputSpec([images.Channels, images.Height, images.Width], [], LearningTask.Classification, names);
        int all = images.Count + (test?.Count ?? 0);
        List<DataFact> facts =
        [
            new("rows", all.ToString("N0", CultureInfo.InvariantCulture)),
            new("images", $"{images.Height} x {images.Width}, {(images.Channels == 1 ? "grey" : "colour")}"),
            new("classes", $"{names}: {string.Join(", ", images.ClassNames.Take(12))}"),
        ];
        int[] everyTest = test is null ? [.. split.Test] : [.. Enumerable.Range(0, test.Count)];
        return new EncodedData(
            Rows(images, [.. split.Train], mean, deviation, relabel),
            split.Validation.IsEmpty ? null : Rows(images, [.. split.Validation], mean, deviation, relabel),
            everyTest.Length == 0 ? null : Rows(test ?? images, everyTest, mean, deviation), input, [.. images.ClassNames], facts)
        {
            Encoder = string.Create(CultureInfo.InvariantCulture, $"{{\"kind\":\"image\",\"height\":{images.Height},\"width\":{images.Width},\"mean\":{List(mean)},\"deviation\":{List(deviation)}}}"),
            Packaging = Package(mean, deviation),
        };
    }

    private static string List(double[] numbers)
        => numbers.Length == 1 ? ModelExport.Number(numbers[0]) : $"[{string.Join(",", numbers.Select(ModelExport.Number))}]";

    // The same steps, so the same bits, as a dataset of bytes with a normalisation.
    private Packaging Package(double[] mean, double[] deviation) => new()
    {
        Prepare = x => ((x / 255) - PerChannel(mean, m => m / 255)) * PerChannel(deviation, d => 1 / (d / 255)),
        Notes = new Dictionary<string, string>(Notes, StringComparer.Ordinal)
        {
            [ModelNotes.PixelMax] = ModelExport.Number(images.MaxPixel),
            [ModelNotes.Input] = $"image: {(images.Channels == 1 ? "grey" : "red, green and blue")} pixels from 0 to {images.MaxPixel} as they are in a file, [N, {images.Channels}, {images.Height}, {images.Width}]; the model scales them itself.",
        },
    };

    private static Tensor PerChannel(double[] numbers, Func<double, double> of)
        => numbers.Length == 1 ? Tensor.Scalar((float)of(numbers[0])) : Tensor.From([.. numbers.Select(n => (float)of(n))], new Shape([numbers.Length, 1, 1]));

    // Channel by channel. Sums of whole numbers: exact, whatever the order.
    private (double[] Mean, double[] Deviation) Scale(ReadOnlySpan<int> rows, string normalize)
    {
        if (normalize is "unit" or "none")
        {
            return ([0], [normalize == "unit" ? images.MaxPixel : 1]);
        }

        int plane = images.Height * images.Width;
        double[] mean = new double[images.Channels], deviation = new double[images.Channels];
        for (int c = 0; c < images.Channels; c++)
        {
            long sum = 0, squares = 0, count = (long)rows.Length * plane;
            foreach (int row in rows)
            {
                foreach (byte b in images[row].Slice(c * plane, plane))
                {
                    sum += b;
                    squares += b * b;
                }
            }

            mean[c] = sum / (double)count;
            deviation[c] = Math.Max(1e-6, Math.Sqrt((squares / (double)count) - (mean[c] * mean[c])));
        }

        return (mean, deviation);
    }

    private static DataPart Rows(LabelledImages from, int[] rows, double[] mean, double[] deviation, Relabel? relabel = null)
    {
        int size = from.Channels * from.Height * from.Width;
        var pixels = new byte[rows.Length * size];
        var labels = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            from[rows[i]].CopyTo(pixels.AsSpan(i * size));
            labels[i] = from.Labels[rows[i]];
        }

        labels = relabel?.Invoke(labels, rows) ?? labels;

        // The dataset reads a byte b as b / 255.
        var scale = new Normalization([.. mean.Select(m => m / 255)], [.. deviation.Select(d => d / 255)]);
        return new DataPart(ArrayDataset.Classification(pixels, [from.Channels, from.Height, from.Width], labels, normalization: scale), labels, []);
    }
}
