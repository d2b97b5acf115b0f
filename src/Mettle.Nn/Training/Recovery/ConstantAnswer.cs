namespace Mettle.Nn;

/// <summary>The loss of a model that gives every row the same answer: the scale by which a training's losses are judged.</summary>
internal static class ConstantAnswer
{
    private const int Rows = 256;

    /// <summary>
    /// The least mean loss over up to 256 evenly spaced training rows among these answers: all zeros; for labels the logarithms
    /// of the classes' shares; for values their means and the log-odds of their means. NaN where the loss takes none of them.
    /// </summary>
    public static double Loss(TrainingPlan plan, IReadOnlyCollection<int> leftOut)
    {
        using var scope = MemoryScope.Begin("constant answer");
        using var quiet = Autograd.NoGrad();
        int count = Math.Min(Rows, plan.RowCount);
        int[] rows = plan.RowsAt([.. Enumerable.Range(0, count).Select(i => (int)((long)i * plan.RowCount / count))]);
        rows = [.. rows.Where(i => !leftOut.Contains(i))];
        var key = plan.Key.For("augment").At(0);
        rows = [.. rows.Where(i => BadRows.IsFinite(plan.Train.Load([i], key).Targets))];
        if (rows.Length == 0)
        {
            return double.NaN;
        }

        var batch = plan.Train.Load(rows, key);
        var probe = plan.Train.Load(rows.AsSpan(0, 1), key);
        var shape = plan.Model.Forward(probe.Inputs, Pass.Eval).Shape;
        int[] dims = [rows.Length, .. shape.Dims[1..]];
        double best = double.NaN;
        foreach (var answer in Answers(batch.Targets, new Shape(dims)))
        {
            double loss = plan.Loss.Forward(answer, batch.Targets).Item();
            best = double.IsFinite(loss) && !(loss >= best) ? loss : best;
        }

        return best;
    }

    private static IEnumerable<Tensor> Answers(Tensor targets, Shape shape)
    {
        yield return Tensor.Zeros(shape);
        if (!targets.DType.IsFloat() && targets.Rank == 1 && shape.Rank == 2)
        {
            var counts = new double[shape[1]];
            foreach (long label in targets.To(DType.I64).ToArray<long>())
            {
                if (label >= 0 && label < counts.Length)
                {
                    counts[label]++;
                }
            }

            // One class alone is answered perfectly by itself, which says nothing of what there is to learn.
            if (counts.Count(c => c > 0) < 2)
            {
                yield break;
            }

            yield return Repeat([.. counts.Select(c => Log((c + 0.5) / (targets.Count + (0.5 * counts.Length))))], shape);
        }
        else if (targets.DType.IsFloat() && targets.Shape == shape)
        {
            int width = (int)(shape.Count / shape[0]);
            var values = targets.To(DType.F64).ToArray<double>();
            var means = new double[width];
            for (int i = 0; i < values.Length; i++)
            {
                means[i % width] += values[i] / shape[0];
            }

            yield return Repeat(means, shape);
            if (means.All(m => m is > 0 and < 1))
            {
                yield return Repeat([.. means.Select(m => Log(m) - Log(1 - m))], shape);
            }
        }
    }

    // The engine's logarithm: the platform's differs in its last bit.
    private static double Log(double x) => Tensor.Scalar(x, DType.F64).Log().Item();

    private static Tensor Repeat(double[] row, Shape shape)
    {
        var all = Tensor.Zeros(shape);
        var span = all.MutableSpan<float>();
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = (float)row[i % row.Length];
        }

        return all;
    }
}
