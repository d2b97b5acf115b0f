namespace Mettle.Nn;

/// <summary>
/// Another dataset's images, its first input f32 [n, c, h, w], in another size: each pixel is the mean of the area it covers, parts of
/// pixels counting by their share.
/// </summary>
/// <param name="source">Whole images.</param>
/// <param name="size">New height and width from the old ones; where they are equal, batches are those of the source.</param>
public sealed class ResizedDataset(IDataset source, Func<int, int, (int Height, int Width)> size) : IDataset
{
    /// <inheritdoc/>
    public int Count => source.Count;

    /// <inheritdoc/>
    public Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey)
    {
        var batch = source.Load(indices, epochKey);
        var images = batch.Inputs[0];
        if (images.Rank != 4 || images.DType != DType.F32)
        {
            throw new InvalidOperationException($"Resizing needs f32 images [n, c, h, w]; the first input is {images.Spec}.");
        }

        var (planes, height, width) = (images.Shape[0] * images.Shape[1], images.Shape[2], images.Shape[3]);
        var (newHeight, newWidth) = size(height, width);
        if ((newHeight, newWidth) == (height, width))
        {
            return batch;
        }

        var small = Tensor.Zeros([images.Shape[0], images.Shape[1], newHeight, newWidth]);
        Resize(images.AsSpan<float>(), small.MutableSpan<float>(), planes, Parts(height, newHeight), height, width, Parts(width, newWidth));
        images.Release();
        return batch with { Inputs = [small, .. batch.Inputs.Skip(1)] };
    }

    private static void Resize(ReadOnlySpan<float> from, Span<float> to, int planes, (int First, float[] Shares)[] rows, int height, int width, (int First, float[] Shares)[] columns)
    {
        var line = new float[width];
        for (int p = 0; p < planes; p++)
        {
            var plane = from.Slice(p * height * width, height * width);
            for (int y = 0; y < rows.Length; y++)
            {
                Array.Clear(line);
                for (int i = 0; i < rows[y].Shares.Length; i++)
                {
                    var source = plane.Slice((rows[y].First + i) * width, width);
                    float share = rows[y].Shares[i];
                    for (int x = 0; x < width; x++)
                    {
                        line[x] += share * source[x];
                    }
                }

                for (int x = 0; x < columns.Length; x++)
                {
                    float sum = 0;
                    for (int i = 0; i < columns[x].Shares.Length; i++)
                    {
                        sum += columns[x].Shares[i] * line[columns[x].First + i];
                    }

                    to[(((p * rows.Length) + y) * columns.Length) + x] = sum;
                }
            }
        }
    }

    // Which old pixels a new one covers, and their shares in its mean.
    private static (int First, float[] Shares)[] Parts(int old, int size)
    {
        var parts = new (int, float[])[size];
        double scale = old / (double)size;
        for (int i = 0; i < size; i++)
        {
            double begin = i * scale, end = (i + 1) * scale;
            int first = (int)begin, last = Math.Min(old - 1, (int)Math.Ceiling(end) - 1);
            parts[i] = (first, [.. Enumerable.Range(first, last - first + 1).Select(p => (float)((Math.Min(end, p + 1) - Math.Max(begin, p)) / scale))]);
        }

        return parts;
    }
}
