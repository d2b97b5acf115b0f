using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>How rows become tasks that come one after another; what a word of the slot <c>tasks</c> builds.</summary>
public abstract record TaskSplit
{
    /// <summary>The data with the task of each row of each part.</summary>
    /// <exception cref="RecipeException">The data does not make such tasks.</exception>
    public abstract EncodedData Apply(EncodedData data, Recipe recipe);

    /// <summary>Every part shown by each of <paramref name="count"/> tasks, the classes being the same in all.</summary>
    private protected static EncodedData Repeat(EncodedData data, int count, ITaskTransform transform, string fact)
    {
        int[] classes = [.. Enumerable.Range(0, data.Input.Outputs)];
        return data with
        {
            Train = Repeat(data.Train, count, transform),
            Validation = data.Validation is { } v ? Repeat(v, count, transform) : null,
            Test = data.Test is { } t ? Repeat(t, count, transform) : null,
            Sequence = new TaskSequence(ContinualScenario.Domain, [.. Enumerable.Repeat(classes, count)]),
            Facts = [.. data.Facts, new DataFact("tasks", fact)],
        };
    }

    /// <summary>Refuses data that have no classes, or more inputs than a transformation can show.</summary>
    private protected static void Need(EncodedData data, Recipe recipe, bool oneInput)
    {
        if (data.Input.Task != LearningTask.Classification)
        {
            throw recipe["data.tasks"].Problem("makes tasks of classes; here numbers are predicted");
        }

        if (oneInput && data.Input.Cardinalities.Count > 0)
        {
            throw recipe["data.tasks"].Problem("changes numbers; this table has categories");
        }
    }

    private static DataPart Repeat(DataPart part, int count, ITaskTransform transform)
    {
        int[] rows = [.. Enumerable.Range(0, count * part.Count).Select(i => i % part.Count)];
        int[] tasks = [.. Enumerable.Range(0, count * part.Count).Select(i => i / part.Count)];
        return new DataPart(new TaskRows(part.Rows, rows, tasks, transform), Array.ConvertAll(rows, r => part.Labels[r]), []) { Tasks = tasks };
    }
}
