namespace Mettle.Nn;

/// <summary>Finds the rows that make a step's loss not finite.</summary>
internal static class BadRows
{
    private const int Chunk = 256;

    // A value is too large to compute with only where it is that many times those of other rows.
    private const double FarTooLarge = 1e6;

    /// <summary>
    /// Rows of the batch with a NaN or infinity in inputs or targets; failing these, rows whose own loss (in evaluation) is not
    /// finite while that of at least half of the batch is, by a value far larger than those of other rows or a target that no
    /// answer suits. Weights gone wild make some losses overflow before others; that is no fault of rows.
    /// </summary>
    public static int[] In(Batch batch, TrainingPlan plan)
    {
        int[] broken = NotFinite(batch);
        if (broken.Length > 0)
        {
            return broken;
        }

        using var quiet = Autograd.NoGrad();
        using var scope = MemoryScope.Begin("bad rows");
        var answer = plan.Model.Forward(batch.Inputs, Pass.Eval);
        double[] losses = PerRow(answer), ofZeros = PerRow(Tensor.Zeros(answer.Shape, answer.DType)), sizes = Sizes(batch);
        double usual = sizes.Order().ElementAt((sizes.Length - 1) / 2);
        int[] wild = [.. Enumerable.Range(0, losses.Length).Where(i => !double.IsFinite(losses[i]))];
        return 2 * wild.Length <= losses.Length
            ? [.. wild.Where(i => sizes[i] > FarTooLarge * Math.Max(1, usual) || !double.IsFinite(ofZeros[i])).Select(i => batch.Indices[i])]
            : [];

        double[] PerRow(Tensor outputs) => plan.Loss.PerSample(outputs, batch.Targets).To(DType.F64).ToArray<double>();
    }

    // The largest absolute value of each row.
    private static double[] Sizes(Batch batch)
    {
        var most = new double[batch.Count];
        foreach (var t in batch.Inputs.Append(batch.Targets).Where(t => t.DType.IsFloat()))
        {
            double[] values = t.To(DType.F64).ToArray<double>();
            int width = values.Length / batch.Count;
            for (int i = 0; i < values.Length; i++)
            {
                most[i / width] = Math.Max(most[i / width], Math.Abs(values[i]));
            }
        }

        return most;
    }

    /// <summary>All training rows with a NaN or infinity in inputs or targets: one reading of the data.</summary>
    public static int[] All(TrainingPlan plan, RandomKey epochKey)
    {
        var found = new List<int>();
        for (int from = 0; from < plan.Train.Count; from += Chunk)
        {
            using var scope = MemoryScope.Begin("bad rows");
            int[] rows = [.. Enumerable.Range(from, Math.Min(Chunk, plan.Train.Count - from))];
            found.AddRange(NotFinite(plan.Train.Load(rows, epochKey)));
        }

        return [.. found];
    }

    /// <summary>Whether all values are finite. A sum would overflow on large finite ones.</summary>
    public static bool IsFinite(Tensor t)
    {
        using var quiet = Autograd.NoGrad();
        return Array.TrueForAll(t.To(DType.F64).ToArray<double>(), double.IsFinite);
    }

    private static int[] NotFinite(Batch batch)
    {
        var parts = batch.Inputs.Append(batch.Targets).Where(t => t.DType.IsFloat()).ToArray();
        return Array.TrueForAll(parts, IsFinite)
            ? []
            : [.. Enumerable.Range(0, batch.Count).Where(n => Array.Exists(parts, t => !IsFinite(t.Select(0, n)))).Select(n => batch.Indices[n])];
    }
}
