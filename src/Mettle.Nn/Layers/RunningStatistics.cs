namespace Mettle.Nn;

/// <summary>
/// The statistics of a model's batch norms over given samples, with the weights as they are: what the running ones, an
/// average over the last steps' batches and weights, stand for. Wu and Johnson, "Rethinking 'Batch' in BatchNorm" (2021),
/// section 3 ("PreciseBN").
/// </summary>
public static class RunningStatistics
{
    /// <summary>Whether a model has batch norms at all.</summary>
    public static bool In(Module model) => model.NamedModules().Any(m => m.Module is BatchNormLayer);

    /// <summary>
    /// Mean and variance of each layer, from batches in evaluation mode (nothing random) that are normalised by their own
    /// statistics; batches are weighted by their values. Dropout takes no part, so that the statistics are those of use.
    /// </summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="batches">The model's inputs, batch by batch; large ones are best (section 3.3).</param>
    public static IReadOnlyDictionary<BatchNormLayer, ChannelStatistics> Measure(Module model, IEnumerable<IReadOnlyList<Tensor>> batches)
    {
        var sums = new Dictionary<BatchNormLayer, (double[] Mean, double[] Square, double Count)>();
        using var quiet = Autograd.NoGrad();
        using (BatchStatistics.Use((layer, mean, variance, count) => Add(sums, layer, mean, variance, count)))
        {
            foreach (var inputs in batches)
            {
                using var scope = MemoryScope.Begin("statistics");
                model.Forward(inputs, Pass.Eval);
            }
        }

        return sums.ToDictionary(s => s.Key, s => Finish(s.Value));
    }

    /// <summary>Puts the statistics of <paramref name="samples"/> in place of the running ones.</summary>
    /// <param name="model">The model.</param>
    /// <param name="samples">What it was trained on.</param>
    /// <param name="count">Number of samples to use, drawn without repetition; all if there are fewer.</param>
    /// <param name="batch">Samples at a time.</param>
    /// <param name="key">Random stream of the draw and of the samples' augmentation.</param>
    public static void Recalibrate(Module model, IDataset samples, int count, int batch, RandomKey key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        int[] drawn = key.For("rows").Permutation(samples.Count)[..Math.Min(count, samples.Count)];

        // Parts of equal size: a small last one would have statistics of its own.
        int parts = Math.Max(1, (drawn.Length + (batch / 2)) / batch);
        var measured = Measure(model, Enumerable.Range(0, parts).Select(i =>
            samples.Load(drawn[(int)((long)drawn.Length * i / parts)..(int)((long)drawn.Length * (i + 1) / parts)], key.For("augment")).Inputs));
        foreach (var (layer, statistics) in measured)
        {
            layer.Running = statistics;
        }
    }

    private static void Add(Dictionary<BatchNormLayer, (double[] Mean, double[] Square, double Count)> sums, BatchNormLayer layer, Tensor mean, Tensor variance, long count)
    {
        double[] m = mean.To(DType.F64).ToArray<double>();
        double[] v = variance.To(DType.F64).ToArray<double>();
        var (means, squares, n) = sums.TryGetValue(layer, out var s) ? s : (new double[m.Length], new double[m.Length], 0);
        for (int c = 0; c < m.Length; c++)
        {
            means[c] += count * m[c];
            squares[c] += count * (v[c] + (m[c] * m[c]));
        }

        sums[layer] = (means, squares, n + count);
    }

    // With n - 1, as running variances are kept.
    private static ChannelStatistics Finish((double[] Mean, double[] Square, double Count) sum)
    {
        double[] mean = [.. sum.Mean.Select(m => m / sum.Count)];
        double unbiased = sum.Count / Math.Max(1, sum.Count - 1);
        return new ChannelStatistics(mean, [.. sum.Square.Select((s, c) => Math.Max(0, (s / sum.Count) - (mean[c] * mean[c])) * unbiased)]);
    }
}

/// <summary>Mean and variance of a layer's inputs by channel.</summary>
/// <param name="Mean">Means.</param>
/// <param name="Variance">Variances (n - 1).</param>
public sealed record ChannelStatistics(IReadOnlyList<double> Mean, IReadOnlyList<double> Variance);
