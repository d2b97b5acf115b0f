namespace Mettle.Nn;

/// <summary>Rows of another dataset as their tasks show them; one source row may serve several tasks.</summary>
public sealed class TaskRows : IDataset
{
    private readonly IDataset source;
    private readonly int[] rows, tasks;
    private readonly ITaskTransform transform;

    /// <param name="source">Labelled rows; the first input is shown by the task, others stay.</param>
    /// <param name="rows">Position in the source of each row.</param>
    /// <param name="tasks">Its task.</param>
    /// <param name="transform">What tasks make of rows.</param>
    public TaskRows(IDataset source, IReadOnlyList<int> rows, IReadOnlyList<int> tasks, ITaskTransform transform)
    {
        if (rows.Count != tasks.Count)
        {
            throw new ArgumentException($"{rows.Count} rows and {tasks.Count} tasks do not go together.");
        }

        this.source = source;
        this.rows = [.. rows];
        this.tasks = [.. tasks];
        this.transform = transform;
    }

    /// <inheritdoc/>
    public int Count => rows.Length;

    /// <inheritdoc/>
    public Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey)
    {
        var at = new int[indices.Length];
        for (int i = 0; i < at.Length; i++)
        {
            at[i] = rows[indices[i]];
        }

        var batch = source.Load(at, epochKey);
        var labels = batch.Targets.ToArray<long>();
        for (int i = 0; i < at.Length; i++)
        {
            labels[i] = transform.Label(tasks[indices[i]], (int)labels[i]);
        }

        batch.Targets.Release();
        var targets = Tensor.From(labels);
        if (!transform.ChangesFeatures)
        {
            return new Batch(batch.Inputs, targets, indices.ToArray());
        }

        var shown = Tensor.Zeros(batch.Inputs[0].Shape);
        var from = batch.Inputs[0].Contiguous().AsSpan<float>();
        var to = shown.MutableSpan<float>();
        int width = from.Length / Math.Max(1, at.Length);
        for (int i = 0; i < at.Length; i++)
        {
            transform.Show(tasks[indices[i]], from.Slice(i * width, width), to.Slice(i * width, width));
        }

        batch.Inputs[0].Release();
        return new Batch([shown, .. batch.Inputs.Skip(1)], targets, indices.ToArray());
    }
}
