namespace Mettle.Nn;

/// <summary>What the model answered on a task's rows before it learned the task: the targets of distillation.</summary>
internal sealed class Responses
{
    private float[] values = [];

    /// <summary>Columns of an answer; 0 before anything was recorded.</summary>
    public int Width { get; private set; }

    /// <summary>Takes the model's present answers to <paramref name="rows"/>.</summary>
    public void Record(ContinualContext context, IReadOnlyList<int> rows)
    {
        values = context.Outputs(rows);
        Width = values.Length / rows.Count;
    }

    public void Forget() => (values, Width) = ([], 0);

    /// <summary>The answers to the rows at <paramref name="places"/> in the task, some columns of them, [places, columns].</summary>
    public Tensor At(ReadOnlySpan<int> places, ReadOnlySpan<int> columns)
    {
        var t = Tensor.Zeros([places.Length, columns.Length]);
        var to = t.MutableSpan<float>();
        for (int i = 0; i < places.Length; i++)
        {
            for (int j = 0; j < columns.Length; j++)
            {
                to[(i * columns.Length) + j] = values[(places[i] * Width) + columns[j]];
            }
        }

        return t;
    }

    public Tensor? Save() => Width == 0 ? null : Tensor.From(values, [values.Length / Width, Width]);

    public void Load(Tensor? saved) => (values, Width) = saved is null ? ([], 0) : (saved.ToArray<float>(), saved.Shape[1]);
}
