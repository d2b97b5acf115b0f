namespace Mettle.Nn;

/// <summary>Tasks that are learned one after another.</summary>
/// <param name="Scenario">What is known at test time.</param>
/// <param name="Classes">Output columns of each task; the same ones in every task where <see cref="ContinualScenario.Domain"/>.</param>
public sealed record TaskSequence(ContinualScenario Scenario, IReadOnlyList<int[]> Classes)
{
    // Far below every logit, yet finite: a masked class has probability 0 and no NaN anywhere.
    private const float Never = -1e30f;

    /// <summary>Number of tasks.</summary>
    public int Count => Classes.Count;

    /// <summary>
    /// What is added to logits so that only the classes of each row's task count, [rows, outputs]; null where all of them
    /// count always.
    /// </summary>
    /// <param name="tasks">Task of each row.</param>
    /// <param name="outputs">Columns of the logits.</param>
    public Tensor? Mask(ReadOnlySpan<int> tasks, int outputs)
    {
        if (Scenario != ContinualScenario.Task)
        {
            return null;
        }

        var mask = Tensor.Full([tasks.Length, outputs], Never);
        Open(mask.MutableSpan<float>(), tasks, outputs);
        return mask;
    }

    /// <summary>Writes over the logits of classes that a row's task does not have; does nothing unless tasks are known.</summary>
    /// <param name="logits">[rows, outputs], row-major.</param>
    /// <param name="tasks">Task of each row.</param>
    public void Restrict(Span<float> logits, ReadOnlySpan<int> tasks)
    {
        if (Scenario != ContinualScenario.Task || tasks.IsEmpty)
        {
            return;
        }

        int outputs = logits.Length / tasks.Length;
        var kept = new float[outputs];
        for (int i = 0; i < tasks.Length; i++)
        {
            var row = logits.Slice(i * outputs, outputs);
            row.CopyTo(kept);
            row.Fill(Never);
            foreach (int c in Classes[tasks[i]])
            {
                row[c] = kept[c];
            }
        }
    }

    private void Open(Span<float> mask, ReadOnlySpan<int> tasks, int outputs)
    {
        for (int i = 0; i < tasks.Length; i++)
        {
            foreach (int c in Classes[tasks[i]])
            {
                mask[(i * outputs) + c] = 0;
            }
        }
    }
}
