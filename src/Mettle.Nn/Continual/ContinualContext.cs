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

    /// <summary>
    /// Mean loss of labelled rows. Where tasks are known each row is judged among the classes of its task, which the objective then
    /// sees alone: a share of the target that it spreads over classes stays among them.
    /// </summary>
    /// <param name="output">[N, classes].</param>
    /// <param name="targets">Labels [N].</param>
    /// <param name="rows">The rows' positions in <see cref="Data"/>.</param>
    public Tensor Supervised(Tensor output, Tensor targets, ReadOnlySpan<int> rows)
    {
        if (Sequence.Scenario != ContinualScenario.Task)
        {
            return Objective.Forward(output, targets);
        }

        int[] tasks = TasksOf(rows);
        long[] labels = targets.ToArray<long>();
        Tensor? sum = null;
        foreach (int task in tasks.Distinct().Order())
        {
            int[] own = [.. Enumerable.Range(0, tasks.Length).Where(i => tasks[i] == task)], classes = Sequence.Classes[task];
            long[] places = Array.ConvertAll(own, i => (long)Array.IndexOf(classes, (int)labels[i]));
            if (Array.IndexOf(places, -1) is >= 0 and var wrong)
            {
                throw new ArgumentException($"Row {rows[own[wrong]]} is of task {task + 1}, but its label {labels[own[wrong]]} is none of that task's classes.");
            }

            var answers = (own.Length == tasks.Length ? output : output.IndexSelect(0, Numbers(own))).IndexSelect(1, Numbers(classes));
            var loss = Objective.Forward(answers, Tensor.From(places)) * ((double)own.Length / tasks.Length);
            sum = sum is null ? loss : sum + loss;
        }

        return sum ?? throw new ArgumentException("There are no rows to judge.");
    }

    /// <summary>Throws <see cref="ArgumentException"/> where a method replays single rows to a model with batch norm.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="rows">Rows in one replay.</param>
    public void NeedForReplay(string method, int rows)
    {
        if (rows < 2 && Model.NamedModules().Any(m => m.Module is BatchNormLayer))
        {
            throw new ArgumentException($"{method} would replay {rows} row at a time, of which batch norm has no statistics: give it a larger buffer or the model another norm.");
        }
    }

    /// <summary>Tasks before <paramref name="task"/> that have rows: what has been learned when it begins.</summary>
    public IReadOnlyList<int> Learned(int task) => [.. TaskOf.Where(t => t < task).Distinct().Order()];

    /// <summary>Output columns that those tasks have trained, in their order.</summary>
    public int[] LearnedClasses(int task) => [.. Learned(task).SelectMany(t => Sequence.Classes[t]).Distinct()];

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

    private static Tensor Numbers(int[] values) => Tensor.From(Array.ConvertAll(values, v => (long)v));
}
