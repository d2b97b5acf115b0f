namespace Mettle.Nn;

/// <summary>What a method of continual learning works with.</summary>
/// <param name="Model">The model in training.</param>
/// <param name="Data">Rows of all tasks; a method reads those of tasks that have come.</param>
/// <param name="TaskOf">Task of each row.</param>
/// <param name="Sequence">The tasks.</param>
/// <param name="Objective">What is minimised on labelled rows.</param>
/// <param name="BatchSize">Rows of a step.</param>
/// <param name="Key">Root of the method's random numbers.</param>
public sealed record ContinualContext(
    Module Model, IDataset Data, IReadOnlyList<int> TaskOf, TaskSequence Sequence, Loss Objective, int BatchSize, RandomKey Key)
{
    /// <summary>Trainable parameters, in the model's order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; } = [.. Model.Parameters.Where(p => !p.Frozen)];

    /// <summary>The rows without augmentation: what answers, features and importances are taken from.</summary>
    public IDataset Plain { get; } = Data is AugmentedDataset augmented ? augmented.Source : Data;

    /// <summary>Mean loss of labelled rows, over the classes that count for the task of each.</summary>
    /// <param name="output">[N, classes].</param>
    /// <param name="targets">Labels [N].</param>
    /// <param name="rows">The rows' positions in <see cref="Data"/>.</param>
    public Tensor Supervised(Tensor output, Tensor targets, ReadOnlySpan<int> rows)
    {
        var mask = Sequence.Mask(TasksOf(rows), output.Shape[^1]);
        return Objective.Forward(mask is null ? output : output + mask.To(output.DType), targets);
    }

    /// <summary>Task of each of <paramref name="rows"/>.</summary>
    public int[] TasksOf(ReadOnlySpan<int> rows)
    {
        var tasks = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            tasks[i] = TaskOf[rows[i]];
        }

        return tasks;
    }

    /// <summary>Reads rows by their positions; the tensors belong to the current scope.</summary>
    /// <param name="rows">Positions in <see cref="Data"/>.</param>
    /// <param name="step">Number of the step, for augmentation that is drawn anew each time.</param>
    public Batch Load(ReadOnlySpan<int> rows, long step) => Data.Load(rows, Key.For("load").At(step));

    /// <summary>The model's outputs on rows, in evaluation mode, row-major as f32.</summary>
    public float[] Outputs(IReadOnlyList<int> rows) => Evaluator.Outputs(Model, new Subset(Plain, rows));
}
