namespace Mettle.Nn;

/// <summary>
/// Samples in arrays: features (f32, or bytes that become f32) of one shape, optionally a block of category indices, and
/// labels or values to predict. The arrays are not copied; do not write into them afterwards.
/// </summary>
public sealed class ArrayDataset : IDataset
{
    private readonly float[]? floats;
    private readonly byte[]? bytes;
    private readonly int[]? categories;
    private readonly int[]? labels;
    private readonly float[]? values;
    private readonly Shape shape;
    private readonly int width, categoryWidth, valueWidth;
    private readonly Normalization? normalization;

    private ArrayDataset(int count, Shape shape, float[]? floats, byte[]? bytes, int[]? categories, int[]? labels, float[]? values, Normalization? normalization)
    {
        Count = count;
        this.shape = shape;
        this.floats = floats;
        this.bytes = bytes;
        this.categories = categories;
        this.labels = labels;
        this.values = values;
        this.normalization = normalization;
        width = checked((int)shape.Count);
        long features = floats?.LongLength ?? bytes!.LongLength;
        if (features != (long)count * width)
        {
            throw new ArgumentException($"{features} feature values do not make {count} samples of shape {shape}.");
        }

        categoryWidth = Width(categories?.Length ?? 0, "category indices");
        valueWidth = Width(values?.Length ?? 0, "target values");
        normalization?.Check(shape);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>Shape of one sample's features.</summary>
    public Shape FeatureShape => shape;

    /// <summary>The labels; null where values are predicted.</summary>
    public IReadOnlyList<int>? Labels => labels;

    /// <summary>Samples to classify: features f32 [n, ...shape], optionally categories i64 [n, c]; targets i64 [n].</summary>
    /// <param name="features">count * shape values, row-major.</param>
    /// <param name="shape">Shape of one sample; may have no elements if there are only categories.</param>
    /// <param name="labels">Class indices, one per sample.</param>
    /// <param name="categories">count * c category indices, or null.</param>
    /// <param name="normalization">Applied to features as they are read, or null.</param>
    public static ArrayDataset Classification(float[] features, Shape shape, int[] labels, int[]? categories = null, Normalization? normalization = null)
        => new(labels.Length, shape, features, null, categories, labels, null, normalization);

    /// <summary>Byte images to classify; bytes become b / 255 before <paramref name="normalization"/>.</summary>
    public static ArrayDataset Classification(byte[] features, Shape shape, int[] labels, int[]? categories = null, Normalization? normalization = null)
        => new(labels.Length, shape, null, features, categories, labels, null, normalization);

    /// <summary>Samples with values to predict: targets f32 [n, k], k the number of values per sample.</summary>
    public static ArrayDataset Regression(float[] features, Shape shape, int count, float[] targets, int[]? categories = null, Normalization? normalization = null)
        => new(count, shape, features, null, categories, null, targets, normalization);

    /// <summary>Byte images with values to predict; bytes become b / 255 before <paramref name="normalization"/>.</summary>
    public static ArrayDataset Regression(byte[] features, Shape shape, int count, float[] targets, int[]? categories = null, Normalization? normalization = null)
        => new(count, shape, null, features, categories, null, targets, normalization);

    /// <inheritdoc/>
    public Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey)
    {
        var inputs = new List<Tensor>(2);
        if (width > 0)
        {
            inputs.Add(Features(indices));
        }

        if (categories is not null)
        {
            inputs.Add(Gather(categories, categoryWidth, indices, [indices.Length, categoryWidth]));
        }

        var targets = labels is not null ? Gather(labels, 1, indices, [indices.Length]) : Values(indices);
        return new Batch(inputs, targets, indices.ToArray());
    }

    private Tensor Features(ReadOnlySpan<int> indices)
    {
        var x = Tensor.Zeros(shape.Insert(0, indices.Length));
        var target = x.MutableSpan<float>();
        for (int i = 0; i < indices.Length; i++)
        {
            var row = target.Slice(i * width, width);
            int from = checked(indices[i] * width);
            if (floats is not null)
            {
                floats.AsSpan(from, width).CopyTo(row);
            }
            else
            {
                for (int j = 0; j < width; j++)
                {
                    row[j] = bytes![from + j] / 255f;
                }
            }

            normalization?.Apply(row);
        }

        return x;
    }

    private Tensor Values(ReadOnlySpan<int> indices)
    {
        var y = Tensor.Zeros([indices.Length, valueWidth]);
        var target = y.MutableSpan<float>();
        for (int i = 0; i < indices.Length; i++)
        {
            values.AsSpan(indices[i] * valueWidth, valueWidth).CopyTo(target[(i * valueWidth)..]);
        }

        return y;
    }

    private static Tensor Gather(int[] source, int columns, ReadOnlySpan<int> indices, Shape shape)
    {
        var y = Tensor.Zeros(shape, DType.I64);
        var target = y.MutableSpan<long>();
        for (int i = 0; i < indices.Length; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                target[(i * columns) + j] = source[(indices[i] * columns) + j];
            }
        }

        return y;
    }

    private int Width(int length, string what)
        => Count == 0 ? 0 : length % Count == 0 ? length / Count : throw new ArgumentException($"{length} {what} do not divide over {Count} samples.");
}
