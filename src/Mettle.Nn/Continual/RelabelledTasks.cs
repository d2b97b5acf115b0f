namespace Mettle.Nn;

/// <summary>Each task calls its classes 0, 1, ... in their order: a domain-incremental split of classes.</summary>
/// <param name="classes">Classes of each task in the data.</param>
public sealed class RelabelledTasks(IReadOnlyList<int[]> classes) : ITaskTransform
{
    /// <inheritdoc/>
    public bool ChangesFeatures => false;

    /// <inheritdoc/>
    public void Show(int task, ReadOnlySpan<float> from, Span<float> to) => from.CopyTo(to);

    /// <inheritdoc/>
    public int Label(int task, int label) => Array.IndexOf(classes[task], label);
}
