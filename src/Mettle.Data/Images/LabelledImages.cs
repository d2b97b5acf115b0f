using System.Collections.Immutable;

namespace Mettle.Data;

/// <summary>Images of one size, each with its class.</summary>
/// <param name="Pixels">Brightness 0..<paramref name="MaxPixel"/>, shape [count, channels, height, width], row-major.</param>
/// <param name="MaxPixel">The brightest value that the format allows (255; 16 for the 8 x 8 digits): divide by it.</param>
/// <param name="Height">Rows of one image.</param>
/// <param name="Width">Columns of one image.</param>
/// <param name="Labels">Class of each image, an index of <paramref name="ClassNames"/>.</param>
/// <param name="ClassNames">The names of the classes.</param>
public sealed record LabelledImages(
    ReadOnlyMemory<byte> Pixels, int MaxPixel, int Height, int Width, ImmutableArray<int> Labels, ImmutableArray<string> ClassNames)
{
    /// <summary>1: grey; 3: red, green, blue.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>The pixels of one image, channel by channel, row by row.</summary>
    public ReadOnlySpan<byte> this[int image] => Pixels.Span.Slice(image * Channels * Height * Width, Channels * Height * Width);

    /// <summary>
    /// Takes images out of a table whose columns, the target aside, are the pixels in row order, such as the 8 x 8 digits.
    /// </summary>
    /// <exception cref="DataException">
    /// The number of columns is not <paramref name="height"/> x <paramref name="width"/>, a pixel is missing or not a whole
    /// number in 0..<paramref name="maxPixel"/>, or a label is missing.
    /// </exception>
    public static LabelledImages FromTable(Table table, string target, int height, int width, int maxPixel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxPixel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxPixel, 255);
        Column labels = table[target];
        Column[] pixels = [.. table.Columns.Where(column => column != labels)];
        if (pixels.Length != height * width)
            throw new DataException(
                $"There are {pixels.Length} pixel columns, {height} x {width} images need {height * width}.",
                "Correct the image size or leave the other columns out.", table.Source);
        byte[] values = new byte[checked(table.RowCount * pixels.Length)];
        for (int i = 0; i < pixels.Length; i++)
        {
            if (pixels[i] is not NumericColumn column)
                throw new DataException(
                    "A pixel column is not numeric.",
                    "Correct its values or leave the column out.", table.Source, column: pixels[i].Name);
            for (int row = 0; row < table.RowCount; row++)
            {
                double value = column.Values[row];
                if (!(value >= 0 && value <= maxPixel) || value != Math.Truncate(value))
                {
                    string problem = double.IsNaN(value)
                        ? "A pixel is missing."
                        : FormattableString.Invariant($"The pixel value {value} is not a whole number in 0..{maxPixel}.");
                    throw new DataException(problem, "Correct the value.", table.Source, table.LineOf(row), column.Name);
                }
                values[row * pixels.Length + i] = (byte)value;
            }
        }
        TargetEncoding encoding = TargetEncoding.Fit(labels, table, TargetTask.Classification);
        return new LabelledImages(values, maxPixel, height, width, [.. encoding.Labels(labels, table)], [.. encoding.Classes]);
    }
}
