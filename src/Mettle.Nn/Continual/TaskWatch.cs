namespace Mettle.Nn;

/// <summary>Rows on which accuracy is measured after each task.</summary>
/// <param name="Data">The rows, labelled.</param>
/// <param name="Rows">Positions of each task's rows; none may be empty.</param>
public sealed record TaskWatch(IDataset Data, IReadOnlyList<int[]> Rows)
{
    /// <summary>Whether each row of each task is right: its largest output, among those that count, is its label.</summary>
    public bool[][] Judge(Module model, TaskSequence sequence, int batchSize)
        => [.. Rows.Select((rows, task) => Judge(model, sequence, task, rows, batchSize))];

    private bool[] Judge(Module model, TaskSequence sequence, int task, int[] rows, int batchSize)
    {
        var result = Evaluator.Run(model, new Subset(Data, rows), null, batchSize);
        int width = result.Outputs.Length / rows.Length;
        int[] tasks = new int[rows.Length];
        Array.Fill(tasks, task);
        sequence.Restrict(result.Outputs, tasks);
        var right = new bool[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            var row = result.Outputs.AsSpan(i * width, width);
            int best = 0;
            for (int c = 1; c < width; c++)
            {
                best = row[c] > row[best] ? c : best;
            }

            // Outputs that are no numbers are right nowhere.
            right[i] = best == result.Labels[i] && float.IsFinite(row[best]);
        }

        return right;
    }
}
