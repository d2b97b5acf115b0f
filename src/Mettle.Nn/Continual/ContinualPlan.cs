namespace Mettle.Nn;

/// <summary>A training in tasks that come one after another.</summary>
public sealed record ContinualPlan
{
    /// <summary>
    /// Model, rows of all tasks, loss, optimiser, epochs of each task and the rest. Its schedule is not read. What changes the
    /// step or the weights beside the method (mixup, averaging, sharpness, escape, early stopping) and validation must not be set.
    /// </summary>
    public required TrainingPlan Training { get; init; }

    /// <summary>The tasks.</summary>
    public required TaskSequence Sequence { get; init; }

    /// <summary>Task of each training row. A task without rows is passed over.</summary>
    public required IReadOnlyList<int> TaskOf { get; init; }

    /// <summary>How earlier tasks are kept in mind.</summary>
    public ContinualMethod Method { get; init; } = new SequentialTraining();

    /// <summary>
    /// Whether an epoch of a task with so many rows leaves out a last batch that would be smaller; null where the training plan's
    /// rule holds for every task that makes a whole batch.
    /// </summary>
    public Func<int, bool>? DropLast { get; init; }

    /// <summary>The learning rate over one task, given the steps of an epoch of it; each task begins anew.</summary>
    public Func<int, Schedule> Schedule { get; init; } = _ => new ConstantSchedule();

    /// <summary>Rows that accuracy is measured on after each task; null measures nothing.</summary>
    public TaskWatch? Watch { get; init; }

    /// <summary>Which rows, by their places in a task of <paramref name="rows"/>, stand in which batch.</summary>
    internal BatchOrder Order(int task, int rows)
    {
        bool drops = DropLast?.Invoke(rows) ?? Training.DropLast;
        return (Training with { DropLast = drops && rows >= Training.BatchSize }).OrderOf(rows, Training.Key.For("shuffle").At(task));
    }

    /// <summary>Rows of each task, all in one where the method learns all at once.</summary>
    internal IReadOnlyList<int[]> Parts()
    {
        var all = Enumerable.Range(0, Training.Train.Count);
        return Method.AllAtOnce ? [[.. all]] : [.. Enumerable.Range(0, Sequence.Count).Select(t => all.Where(i => TaskOf[i] == t).ToArray())];
    }

    /// <summary>Throws <see cref="ArgumentException"/> naming the first thing that cannot work.</summary>
    internal void Check()
    {
        Training.Check();
        Need(Training.Mixup == 0, "Mixup has no meaning for rows of tasks that come one after another; leave it 0.");
        Need(Training.Averaging is null, "Averaging of weights over tasks is not supported; leave it null.");
        Need(Training.EarlyStopping is null, "Early stopping is not supported for a sequence of tasks; leave it null.");
        Need(Training.Sharpness is null && Training.Escape is null, "Sharpness and escape are not supported for a sequence of tasks; leave them null.");
        Need(Training.Validation is null, "Validation rows are given as the plan's watch; leave Validation null.");
        Need(TaskOf.Count == Training.Train.Count, $"{TaskOf.Count} tasks are given for {Training.Train.Count} rows.");
        Need(Watch is null || (Watch.Rows.Count == Sequence.Count && Watch.Rows.All(r => r.Length > 0)), "Every task needs rows to watch.");
    }

    private static void Need(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }
}
