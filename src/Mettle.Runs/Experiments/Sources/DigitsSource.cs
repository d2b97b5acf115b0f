using System.Globalization;
using System.IO.Compression;
using Mettle.Data;

namespace Mettle.Runs;

/// <summary>
/// The 1,797 handwritten digits that ship with Mettle: 8 x 8 pixels of brightness 0 to 16 (E. Alpaydin and C. Kaynak, Optical
/// Recognition of Handwritten Digits, UCI, CC BY 4.0), so that proofs and trials run anywhere.
/// </summary>
public sealed record DigitsSource : DataSource
{
    private const int Side = 8, Brightest = 16;

    /// <inheritdoc/>
    public override SourceData Read(Recipe recipe)
    {
        using var packed = typeof(DigitsSource).Assembly.GetManifestResourceStream("digits.csv.gz")!;
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        var pixels = new List<byte>();
        var labels = new List<int>();
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(',');
            pixels.AddRange(fields[..^1].Select(f => byte.Parse(f, CultureInfo.InvariantCulture)));
            labels.Add(int.Parse(fields[^1], CultureInfo.InvariantCulture));
        }

        var images = new LabelledImages(pixels.ToArray(), Brightest, Side, Side, [.. labels], [.. Enumerable.Range(0, 10).Select(d => d.ToString(CultureInfo.InvariantCulture))]);
        return new ImageRows(images, null, new SortedDictionary<string, string>(StringComparer.Ordinal));
    }
}
