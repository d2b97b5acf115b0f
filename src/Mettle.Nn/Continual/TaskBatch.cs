namespace Mettle.Nn;

/// <summary>One step's rows.</summary>
/// <param name="Batch">The rows as loaded; its indices are places among the rows of the task.</param>
/// <param name="Rows">Positions of the rows in the dataset of all tasks.</param>
/// <param name="Task">The task being learned, from 0.</param>
/// <param name="Step">Step in the whole training, from 0.</param>
public sealed record TaskBatch(Batch Batch, int[] Rows, int Task, long Step);
