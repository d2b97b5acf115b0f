namespace Mettle.Nn;

/// <summary>Runs a model over a dataset in evaluation mode: no gradients, nothing random, order and bits independent of the batch size.</summary>
public static class Evaluator
{
    /// <summary>Outputs [samples, ...], row-major, as f32.</summary>
    public static float[] Outputs(Module model, IDataset dataset, int batchSize = 256) => Run(model, dataset, null, batchSize).Outputs;

    /// <summary>Outputs with targets and, given <paramref name="loss"/>, the mean loss by the rows' weights (summed in float64 in order).</summary>
    /// <param name="model">The model.</param>
    /// <param name="dataset">Samples; read with a fixed key, so give it without augmentation.</param>
    /// <param name="loss">What to measure, or null.</param>
    /// <param name="batchSize">Samples at a time.</param>
    public static EvaluationResult Run(Module model, IDataset dataset, Loss? loss, int batchSize = 256)
    {
        var outputs = new List<float>();
        var labels = new List<int>();
        var targets = new List<float>();
        Shape shape = [];
        double sum = 0, weight = 0;
        using var quiet = Autograd.NoGrad();
        foreach (var batch in new Loader(dataset, new BatchOrder(dataset.Count, batchSize).Epoch(0), default, workers: 0))
        {
            using var scope = MemoryScope.Begin("evaluation");
            var output = model.Forward(batch.Inputs, Pass.Eval);
            shape = new Shape(output.Shape.Dims[1..]);
            outputs.AddRange(output.To(DType.F32).Contiguous().AsSpan<float>());
            Add(batch.Targets, labels, targets);
            if (loss is not null)
            {
                sum = AddAll(sum, loss.PerSample(output, batch.Targets));
                weight = loss.RowWeights(batch.Targets) is { } rows ? AddAll(weight, rows) : weight + batch.Count;
            }

            batch.Release();
        }

        return new EvaluationResult([.. outputs], shape, loss is null ? double.NaN : sum / weight, [.. labels], [.. targets]);
    }

    private static double AddAll(double sum, Tensor values)
    {
        foreach (double each in values.To(DType.F64).ToArray<double>())
        {
            sum += each;
        }

        return sum;
    }

    private static void Add(Tensor target, List<int> labels, List<float> values)
    {
        if (target.DType.IsFloat())
        {
            values.AddRange(target.To(DType.F32).Contiguous().AsSpan<float>());
        }
        else if (target.Rank == 1)
        {
            foreach (long label in target.To(DType.I64).ToArray<long>())
            {
                labels.Add(checked((int)label));
            }
        }
    }
}
