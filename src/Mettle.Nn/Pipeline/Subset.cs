namespace Mettle.Nn;

/// <summary>
/// Chosen samples of another dataset, which may repeat. A sample keeps its index in the source for its random stream, so a
/// subset augments it as the source would; <see cref="Batch.Indices"/> are positions in the subset.
/// </summary>
/// <param name="source">Where the samples are.</param>
/// <param name="chosen">Positions in the source.</param>
public sealed class Subset(IDataset source, IReadOnlyList<int> chosen) : IDataset
{
    private readonly int[] chosen = [.. chosen];

    /// <inheritdoc/>
    public int Count => chosen.Length;

    /// <inheritdoc/>
    public Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey)
    {
        var positions = new int[indices.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = chosen[indices[i]];
        }

        return source.Load(positions, epochKey) with { Indices = indices.ToArray() };
    }
}
