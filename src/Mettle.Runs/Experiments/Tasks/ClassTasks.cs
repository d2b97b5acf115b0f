using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>
/// Tasks of a few classes each, in the order of the labels, as even as can be: "split MNIST" for any classes. Where the scenario is
/// by domain each task calls its classes 0, 1, ..., so they must be equally many.
/// </summary>
/// <param name="Count">Number of tasks.</param>
/// <param name="Scenario">What is known at test time.</param>
public sealed record ClassTasks(int Count, ContinualScenario Scenario) : TaskSplit
{
    /// <inheritdoc/>
    public override EncodedData Apply(EncodedData data, Recipe recipe)
    {
        Need(data, recipe, oneInput: false);
        int classes = data.Input.Outputs, least = Scenario == ContinualScenario.Class ? 1 : 2;
        if (classes < Count * least)
        {
            throw recipe["data.tasks"].Problem($"asks for {Count} tasks of at least {least} {(least == 1 ? "class" : "classes")}; the data has {classes} classes");
        }

        if (Scenario == ContinualScenario.Domain && classes % Count != 0)
        {
            throw recipe["data.tasks"].Problem($"gives every task the same outputs; {classes} classes do not divide into {Count} tasks");
        }

        int[][] own = [.. Enumerable.Range(0, Count).Select(t => Enumerable.Range(t * classes / Count, ((t + 1) * classes / Count) - (t * classes / Count)).ToArray())];
        var taskOf = new int[classes];
        for (int t = 0; t < Count; t++)
        {
            Array.ForEach(own[t], c => taskOf[c] = t);
        }

        var facts = data.Facts.Append(new DataFact("tasks", $"{Count}, by classes, {Scenario.ToString().ToLowerInvariant()}-incremental"));
        if (Scenario != ContinualScenario.Domain)
        {
            return data with
            {
                Train = Told(data.Train, taskOf),
                Validation = data.Validation is { } v ? Told(v, taskOf) : null,
                Test = data.Test is { } t ? Told(t, taskOf) : null,
                Sequence = new TaskSequence(Scenario, own),
                Facts = [.. facts],
            };
        }

        int outputs = classes / Count;
        return data with
        {
            Train = Relabelled(data.Train, taskOf, own),
            Validation = data.Validation is { } held ? Relabelled(held, taskOf, own) : null,
            Test = data.Test is { } last ? Relabelled(last, taskOf, own) : null,
            Sequence = new TaskSequence(Scenario, [.. Enumerable.Repeat(Enumerable.Range(0, outputs).ToArray(), Count)]),
            Input = data.Input with { Outputs = outputs },
            ClassNames = [.. Enumerable.Range(0, outputs).Select(c => string.Join(" / ", own.Select(o => data.ClassNames[o[c]])))],
            Facts = [.. facts],
        };
    }

    private static DataPart Told(DataPart part, int[] taskOf) => part with { Tasks = Array.ConvertAll(part.Labels, l => taskOf[l]) };

    private static DataPart Relabelled(DataPart part, int[] taskOf, int[][] own)
    {
        int[] tasks = Array.ConvertAll(part.Labels, l => taskOf[l]);
        var rows = new TaskRows(part.Rows, [.. Enumerable.Range(0, part.Count)], tasks, new RelabelledTasks(own));
        return new DataPart(rows, Array.ConvertAll(part.Labels, l => Array.IndexOf(own[taskOf[l]], l)), []) { Tasks = tasks };
    }
}
