namespace Mettle.Nn;

/// <summary>
/// Trains on the rows that have most to teach: after a forward pass over the whole batch a row goes on with probability r^power, r its
/// rank by loss as a share of the batch, so 1 / (power + 1) of the rows on average. Jiang et al., "Accelerating deep learning by
/// focusing on the biggest losers" (2019), with the rank taken in the batch instead of among the last rows seen, so that a resumed
/// training needs no memory of them.
/// </summary>
/// <param name="Power">1 for half of the rows, 2 for a third; at least 1.</param>
/// <param name="Warmup">Epochs on all rows before; losses of an untrained model tell nothing.</param>
public sealed record SelectiveBackprop(int Power, int Warmup = 1)
{
    // Statistics of a batch need more than one row.
    private const int FewestRows = 4;

    /// <summary>Rows of a batch that go on, on average.</summary>
    public int Expected(int rows)
    {
        double sum = Math.Min(FewestRows, rows);
        for (int rank = 1; rank <= rows - FewestRows; rank++)
        {
            sum += Probability(rank, rows);
        }

        return (int)Math.Round(sum);
    }

    /// <summary>The chosen rows in their order, the four of highest loss among them, with the mean loss of all rows and how many are right.</summary>
    internal (Batch Batch, double Loss, double? Correct) Choose(TrainingPlan plan, Batch batch, RandomKey key)
    {
        var (losses, correct) = Score(plan, batch);

        // A loss that is no number ranks highest, so that the step shows it.
        int[] byLoss = [.. Enumerable.Range(0, losses.Length).OrderBy(i => double.IsNaN(losses[i]) ? double.PositiveInfinity : losses[i]).ThenBy(i => i)];
        var rank = new int[losses.Length];
        for (int i = 0; i < byLoss.Length; i++)
        {
            rank[byLoss[i]] = i + 1;
        }

        int[] chosen = [.. Enumerable.Range(0, rank.Length).Where(i => rank[i] > rank.Length - FewestRows || key.Uniform((ulong)i) < Probability(rank[i], rank.Length))];
        return (Rows(batch, chosen), losses.Average(), correct);
    }

    /// <summary>The loss of each row in evaluation mode, so that dropout adds no noise and no running statistics change; of an ensemble that of the model that trains.</summary>
    internal static (double[] Losses, double? Correct) Score(TrainingPlan plan, Batch batch)
    {
        using var scope = MemoryScope.Begin("selection");
        using var quiet = Autograd.NoGrad();
        var output = ((plan.Model as SnapshotEnsemble)?.Live ?? plan.Model).Forward(batch.Inputs, Pass.Eval);
        return (plan.Loss.PerSample(output, batch.Targets).To(DType.F64).ToArray<double>(), Accuracy.Correct(output, Mixup.None(batch)));
    }

    private static Batch Rows(Batch batch, int[] rows)
    {
        var index = Tensor.From(Array.ConvertAll(rows, i => (long)i));
        return new Batch([.. batch.Inputs.Select(t => t.IndexSelect(0, index))], batch.Targets.IndexSelect(0, index), Array.ConvertAll(rows, i => batch.Indices[i]));
    }

    // Products instead of Math.Pow, whose last bit belongs to the platform.
    private double Probability(int rank, int rows)
    {
        double share = rank / (double)rows, p = 1;
        for (int i = 0; i < Power; i++)
        {
            p *= share;
        }

        return p;
    }
}
