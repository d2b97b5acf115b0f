using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>What checks need to take steps of the recipe's own, away from its training.</summary>
internal static class FirstSteps
{
    /// <summary>The recipe's loss.</summary>
    public static Loss LossOf(Subject subject)
        => subject.Recipe.Word<LossChoice>("train.loss").Loss
            ?? (subject.Experiment.Data.Encoded.Input.Task == LearningTask.Classification ? new CrossEntropyLoss() : new MseLoss());

    /// <summary>Training rows whose inputs and targets are finite, drawn by the subject's key; at most <paramref name="count"/>.</summary>
    public static int[] Rows(Subject subject, int count)
    {
        var data = subject.Experiment.Data.Encoded.Train.Rows;
        var order = subject.Key.For("rows").Permutation(data.Count);
        using var scope = MemoryScope.Begin("rows");
        int[] rows = [.. order.Take(count)];
        var batch = data.Load(rows, subject.Key.For("batch"));
        var parts = batch.Inputs.Append(batch.Targets).Where(t => t.DType.IsFloat()).ToList();
        return [.. Enumerable.Range(0, rows.Length).Where(i => parts.TrueForAll(t => IsFinite(t.Select(0, i)))).Select(i => rows[i])];
    }

    private static bool IsFinite(Tensor t) => Array.TrueForAll(t.To(DType.F64).ToArray<double>(), double.IsFinite);
}
