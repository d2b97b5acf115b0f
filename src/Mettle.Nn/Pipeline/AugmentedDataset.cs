namespace Mettle.Nn;

/// <summary>
/// Applies augmentations, in order, to the first input [n, c, h, w] of another dataset's batches. Each sample's randomness
/// depends on (epoch key, index in the source, place in the list) only.
/// </summary>
/// <param name="source">Clean samples. To evaluate, use it without this wrapper.</param>
/// <param name="augmentations">The changes.</param>
public sealed class AugmentedDataset(IDataset source, IReadOnlyList<IAugmentation> augmentations) : IDataset
{
    /// <summary>The clean samples.</summary>
    public IDataset Source => source;

    /// <inheritdoc/>
    public int Count => source.Count;

    /// <inheritdoc/>
    public Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey)
    {
        var batch = source.Load(indices, epochKey);
        var images = batch.Inputs[0];
        if (images.Rank != 4 || images.DType != DType.F32)
        {
            throw new InvalidOperationException($"Augmentation needs f32 images [n, c, h, w]; the first input is {images.Spec}.");
        }

        var size = new ImageSize(images.Shape[1], images.Shape[2], images.Shape[3]);
        var values = images.MutableSpan<float>();
        for (int i = 0; i < indices.Length; i++)
        {
            var key = epochKey.At(indices[i]);
            for (int a = 0; a < augmentations.Count; a++)
            {
                augmentations[a].Apply(values.Slice(i * size.Count, size.Count), size, key.At(a));
            }
        }

        return batch;
    }
}
