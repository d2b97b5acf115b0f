using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Rows on which the checks run a model with statistics of batches of any size. Deterministic, and few.</summary>
internal sealed class NormRows
{
    private readonly Module model;
    private readonly InputSpec input;
    private readonly DataPart part;
    private readonly Batch batch;

    private NormRows(Subject subject, DataPart part, int[] rows)
    {
        model = subject.Model.Module;
        input = subject.Experiment.Data.Encoded.Input;
        this.part = part;
        batch = part.Rows.Load(rows, subject.Key.For("augment"));
    }

    /// <summary>Number of rows.</summary>
    public int Count => batch.Count;

    /// <summary>Up to <paramref name="most"/> rows of a part, drawn by the subject's key after leaving out <paramref name="skip"/>.</summary>
    public static NormRows Draw(Subject subject, DataPart part, int most, int skip = 0)
    {
        int[] order = subject.Key.For("rows").Permutation(part.Count);
        return new NormRows(subject, part, order[Math.Min(skip, order.Length - 1)..Math.Min(skip + most, order.Length)]);
    }

    /// <summary>Batch norms that normalise a training batch by its own statistics.</summary>
    public static IReadOnlyList<BatchNormLayer> Layers(Module model)
        => [.. model.NamedModules().Select(m => m.Module).OfType<BatchNormLayer>().Where(l => l is not BatchRenorm)];

    /// <summary>The inputs in batches of <paramref name="size"/>, what is over left out.</summary>
    public IEnumerable<IReadOnlyList<Tensor>> Batches(int size)
    {
        for (int at = 0; at + size <= Count; at += size)
        {
            yield return [.. batch.Inputs.Select(x => x.Narrow(0, at, at + size))];
        }
    }

    /// <summary>The model's results by running statistics.</summary>
    public Evaluation Running()
    {
        using var quiet = Autograd.NoGrad();
        return Judge([.. Outputs(model.Forward(batch.Inputs, Pass.Eval))]);
    }

    /// <summary>The model's results by the statistics of batches of <paramref name="size"/>.</summary>
    public Evaluation InBatches(int size)
    {
        using var quiet = Autograd.NoGrad();
        var outputs = new List<float>();
        using (BatchStatistics.Use((_, _, _, _) => { }))
        {
            foreach (var inputs in Batches(size))
            {
                using var scope = MemoryScope.Begin("batch");
                outputs.AddRange(Outputs(model.Forward(inputs, Pass.Eval)));
            }
        }

        return Judge([.. outputs]);
    }

    /// <summary>Runs the rows of <paramref name="order"/> in batches of <paramref name="size"/> by their own statistics.</summary>
    public void InBatches(int size, int[] order, Action<string, Tensor> layer, Action batchDone)
    {
        using var quiet = Autograd.NoGrad();
        using var statistics = BatchStatistics.Use((_, _, _, _) => { });
        using var watch = ActivationWatch.Install(layer);
        for (int at = 0; at < order.Length; at += size)
        {
            using var scope = MemoryScope.Begin("batch");
            var rows = Tensor.From(Array.ConvertAll(order[at..(at + size)], i => (long)i));
            model.Forward([.. batch.Inputs.Select(x => x.IndexSelect(0, rows))], Pass.Eval);
            batchDone();
        }
    }

    private static float[] Outputs(Tensor y) => y.To(DType.F32).Contiguous().ToArray<float>();

    private Evaluation Judge(float[] outputs)
    {
        int rows = outputs.Length / input.Outputs;
        var indices = batch.Indices.Take(rows);
        return new Evaluation(input.Task, input.Task == LearningTask.Classification
            ? Predictions.OfClasses(outputs, input.Outputs, [.. indices.Select(i => part.Labels[i])])
            : Predictions.OfValues(outputs, input.Outputs, [.. indices.Select(i => part.Targets[i])]));
    }
}
