namespace Mettle.Nn;

/// <summary>
/// Each task shows a row's features in an order of its own, the first as they are: permuted MNIST (Goodfellow et al., "An
/// empirical investigation of catastrophic forgetting", 2013) for any features.
/// </summary>
public sealed class PermutedInputs : ITaskTransform
{
    private readonly int[][] orders;

    /// <param name="tasks">Number of tasks.</param>
    /// <param name="width">Features of a row.</param>
    /// <param name="key">Random stream of the orders; task t's depends on t alone.</param>
    public PermutedInputs(int tasks, int width, RandomKey key)
        => orders = [.. Enumerable.Range(0, tasks).Select(t => t == 0 ? [.. Enumerable.Range(0, width)] : key.At(t).Permutation(width))];

    /// <inheritdoc/>
    public void Show(int task, ReadOnlySpan<float> from, Span<float> to)
    {
        int[] order = orders[task];
        for (int i = 0; i < order.Length; i++)
        {
            to[i] = from[order[i]];
        }
    }

    /// <inheritdoc/>
    public int Label(int task, int label) => label;
}
