using Mettle.Challenges.Model;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>What checks need to take steps of the recipe's own, away from its training.</summary>
internal static class FirstSteps
{
    /// <summary>The recipe's loss.</summary>
    public static Loss LossOf(Subject subject)
        => ShortTraining.LossOf(subject.Recipe, subject.Experiment.Data.Encoded.Input.Task);

    /// <summary>Training rows whose inputs and targets are finite, drawn by the subject's key; at most <paramref name="count"/>.</summary>
    public static int[] Rows(Subject subject, int count)
    {
        var data = subject.Experiment.Data.Encoded.Train.Rows;
        using var scope = MemoryScope.Begin("rows");
        int[] rows = subject.Key.For("rows").Draw(Math.Min(count, data.Count), data.Count);
        var batch = data.Load(rows, subject.Key.For("batch"));
        var usable = new bool[rows.Length];
        Array.Fill(usable, true);
        foreach (var part in batch.Inputs.Append(batch.Targets).Where(t => t.DType.IsFloat()))
        {
            double[] values = part.To(DType.F64).ToArray<double>();
            for (int i = 0; i < values.Length; i++)
            {
                usable[i / (values.Length / rows.Length)] &= double.IsFinite(values[i]);
            }
        }

        return [.. rows.Where((_, i) => usable[i])];
    }
}
