namespace Mettle.Nn;

/// <summary>
/// The diagonal of the Fisher information of a classifier: the mean over rows of the squared gradient of log p(class | row),
/// gradient by gradient of single rows. Squaring the gradient of a batch instead is another, smaller quantity: the mean of B
/// independent gradients has 1/B of their square.
/// </summary>
public static class FisherInformation
{
    // Rows whose gradients are held at once: parameters times this many numbers.
    private const int Portion = 16;

    /// <summary>One tensor per trainable parameter of <paramref name="model"/>, in its order and shape.</summary>
    /// <param name="model">Logits [N, classes], run in evaluation mode.</param>
    /// <param name="data">Rows with labels.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="labels">Whose squared gradients.</param>
    /// <param name="classes">Columns of the logits that count, null for all.</param>
    public static Tensor[] Diagonal(Module model, IDataset data, IReadOnlyList<int> rows, FisherLabels labels = FisherLabels.Expected, IReadOnlyList<int>? classes = null)
    {
        if (rows.Count == 0)
        {
            throw new ArgumentException("Fisher information needs at least one row.");
        }

        Parameter[] parameters = [.. model.Parameters.Where(p => !p.Frozen)];
        using var all = MemoryScope.Begin("fisher");
        var sums = Array.ConvertAll(parameters, p => Tensor.Zeros(p.Shape, DType.F64).Persist());
        for (int from = 0; from < rows.Count; from += Portion)
        {
            using var scope = MemoryScope.Begin("fisher rows");
            var batch = data.Load([.. rows.Skip(from).Take(Portion)], default);
            foreach (var (label, weight) in Labels(model, batch, labels, classes))
            {
                Add(sums, model, parameters, batch, label, weight, classes);
            }
        }

        var result = new Tensor[sums.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            using var quiet = Autograd.NoGrad();
            result[i] = (sums[i] / rows.Count).To(parameters[i].Value.DType).Persist();
            sums[i].Release();
        }

        return result;
    }

    // For each pass: the class of every row, and how much that row's square counts.
    private static IEnumerable<(Tensor Label, double[] Weight)> Labels(Module model, Batch batch, FisherLabels labels, IReadOnlyList<int>? classes)
    {
        if (labels == FisherLabels.Observed)
        {
            yield return (batch.Targets, [.. Enumerable.Repeat(1.0, batch.Count)]);
            yield break;
        }

        double[] p = Probabilities(model, batch, classes, out int width);
        foreach (int c in classes ?? [.. Enumerable.Range(0, width)])
        {
            yield return (Tensor.Full([batch.Count], c, DType.I64), [.. Enumerable.Range(0, batch.Count).Select(i => p[(i * width) + c])]);
        }
    }

    private static double[] Probabilities(Module model, Batch batch, IReadOnlyList<int>? classes, out int width)
    {
        using var quiet = Autograd.NoGrad();
        var logits = Open(model.Forward(batch.Inputs, Pass.Eval), classes);
        width = logits.Shape[^1];
        return logits.To(DType.F64).Softmax(-1).Contiguous().ToArray<double>();
    }

    private static void Add(Tensor[] sums, Module model, Parameter[] parameters, Batch batch, Tensor label, double[] weight, IReadOnlyList<int>? classes)
    {
        using var scope = MemoryScope.Begin("fisher class");
        var gradients = Transforms.PerSampleGrad(
            x => Open(model.Forward([.. x[..^1].Select(i => i.Unsqueeze(0))], Pass.Eval), classes).CrossEntropy(x[^1].Reshape(1)),
            [.. parameters.Select(p => p.Value)],
            [.. batch.Inputs, label]);
        using var quiet = Autograd.NoGrad();
        for (int i = 0; i < sums.Length; i++)
        {
            var g = gradients[i].To(DType.F64).Contiguous();
            Accumulate(sums[i].MutableSpan<double>(), g.AsSpan<double>(), weight);
        }
    }

    private static void Accumulate(Span<double> sum, ReadOnlySpan<double> gradients, double[] weight)
    {
        for (int n = 0; n < weight.Length; n++)
        {
            var g = gradients.Slice(n * sum.Length, sum.Length);
            double w = weight[n];
            for (int i = 0; i < g.Length; i++)
            {
                sum[i] += w * g[i] * g[i];
            }
        }
    }

    private static Tensor Open(Tensor logits, IReadOnlyList<int>? classes)
        => classes is null ? logits : logits + new TaskSequence(ContinualScenario.Task, [[.. classes]]).Mask(new int[logits.Shape[0]], logits.Shape[^1])!.To(logits.DType);
}
