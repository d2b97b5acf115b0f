namespace Mettle.Nn;

/// <summary>
/// Which samples stand in which batch of an epoch: a function of (count, batch size, key, epoch) and nothing else.
/// </summary>
/// <param name="Count">Samples in the dataset.</param>
/// <param name="BatchSize">Samples per batch; the last may be smaller.</param>
/// <param name="Key">Random stream of the shuffling; null keeps the dataset's order.</param>
/// <param name="DropLast">Leaves out a last batch that would be smaller.</param>
public sealed record BatchOrder(int Count, int BatchSize, RandomKey? Key = null, bool DropLast = false)
{
    /// <summary>Batches per epoch.</summary>
    public int Batches => BatchSize < 1
        ? throw new ArgumentOutOfRangeException(nameof(BatchSize), BatchSize, "A batch needs at least 1 sample.")
        : DropLast ? Count / BatchSize : (Count + BatchSize - 1) / BatchSize;

    /// <summary>The samples' indices, batch by batch.</summary>
    public int[][] Epoch(int epoch)
    {
        int[] order = Key is { } key ? key.At(epoch).Permutation(Count) : [.. Enumerable.Range(0, Count)];
        var batches = new int[Batches][];
        for (int i = 0; i < batches.Length; i++)
        {
            int from = i * BatchSize;
            batches[i] = order[from..Math.Min(Count, from + BatchSize)];
        }

        return batches;
    }
}
