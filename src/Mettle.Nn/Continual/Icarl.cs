using System.Globalization;

namespace Mettle.Nn;

/// <summary>
/// Incremental classifier and representation learning: exemplars of every class chosen by herding, training on them and the new
/// rows with sigmoid outputs that are held to the old answers for old classes, and classification by the nearest mean of
/// exemplars (Rebuffi, Kolesnikov, Sperl and Lampert, CVPR 2017).
/// </summary>
/// <remarks>
/// Features and means have length 1, so the nearest mean is the one with the largest product: the last layer's rows become the
/// means, and the model stays the network it was. Of the objective only the rows count: the loss is iCaRL's own.
/// </remarks>
public sealed class Icarl : ContinualMethod
{
    private const string ResponseState = "responses";

    // Below every product of a feature vector with a mean: a class not met yet is never the answer.
    private const float Unmet = -1e9f;
    private readonly int buffer;
    private readonly SortedDictionary<int, int[]> exemplars = [];
    private readonly Responses old = new();
    private IReadout? network;
    private int[] seen = [];
    private int before;
    private float[]? trainedWeight, trainedBias, meanWeight, meanBias;

    /// <param name="buffer">Exemplars of all classes together.</param>
    public Icarl(int buffer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer, 1);
        this.buffer = buffer;
    }

    /// <inheritdoc/>
    public override string Name => "icarl";

    private IReadout Network => network ?? throw new InvalidOperationException("The network is there once a training is.");

    private Span<float> Weights => Network.Readout.Weight.Value.MutableSpan<float>();

    private Span<float> Biases => Network.Readout.Bias!.Value.MutableSpan<float>();

    /// <inheritdoc/>
    public override IReadOnlyList<int> BeginTask(int task, IReadOnlyList<int> rows)
    {
        int[] past = Context.LearnedClasses(task);
        before = past.Length;
        seen = [.. past, .. Context.Sequence.Classes[task]];
        int[] all = [.. rows, .. exemplars.Values.SelectMany(e => e)];
        if (past.Length > 0)
        {
            old.Record(Context, all);
        }

        return all;
    }

    /// <inheritdoc/>
    public override Tensor Loss(TaskBatch step, Pass pass)
    {
        var output = Context.Model.Forward(step.Batch.Inputs, pass);
        SetOwnLoss(output, step);
        var answers = output.IndexSelect(1, Numbers(seen));
        var target = step.Batch.Targets.OneHot(output.Shape[1]).IndexSelect(1, Numbers(seen)).To(output.DType);
        if (old.Width > 0)
        {
            var kept = old.At(step.Batch.Indices, seen.AsSpan(0, before)).To(output.DType).Sigmoid();
            target = Tensor.Concat(1, kept, target.Narrow(1, before));
        }

        return answers.BceWithLogitsEach(target).Sum() / step.Batch.Count;
    }

    /// <inheritdoc/>
    public override void EndTask(int task, IReadOnlyList<int> rows)
    {
        old.Forget();
        int share = buffer / seen.Length;
        foreach (int c in exemplars.Keys.ToArray())
        {
            exemplars[c] = exemplars[c][..Math.Min(share, exemplars[c].Length)];
        }

        var (features, width, labels) = UnitFeatures(rows);
        foreach (int c in seen.AsSpan(before))
        {
            int[] places = [.. Enumerable.Range(0, rows.Count).Where(i => labels[i] == c)];
            if (places.Length > 0)
            {
                float[] own = [.. places.SelectMany(i => features.AsSpan(i * width, width).ToArray())];
                exemplars[c] = Array.ConvertAll(Herding.Choose(own, width, share), i => rows[places[i]]);
            }
        }

        Average(width);
    }

    /// <inheritdoc/>
    public override void EnterClassifier()
    {
        if (meanWeight is null)
        {
            return;
        }

        (trainedWeight, trainedBias) = (Weights.ToArray(), Biases.ToArray());
        meanWeight.CopyTo(Weights);
        meanBias!.CopyTo(Biases);
    }

    /// <inheritdoc/>
    public override void LeaveClassifier()
    {
        if (trainedWeight is not null)
        {
            trainedWeight.CopyTo(Weights);
            trainedBias!.CopyTo(Biases);
            (trainedWeight, trainedBias) = (null, null);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> StateDict()
    {
        var state = new SortedDictionary<string, Tensor>(StringComparer.Ordinal) { ["seen"] = Numbers(seen), ["before"] = Numbers([before]) };
        foreach (var (c, rows) in exemplars)
        {
            state[$"exemplars.{c}"] = Numbers(rows);
        }

        if (old.Save() is { } saved)
        {
            state[ResponseState] = saved;
        }

        if (meanWeight is not null)
        {
            state["means"] = Tensor.From(meanWeight);
            state["mean-bias"] = Tensor.From(meanBias!);
        }

        return state;
    }

    /// <inheritdoc/>
    public override void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        const string Prefix = "exemplars.";
        seen = Numbers(state, "seen");
        before = Numbers(state, "before")[0];
        exemplars.Clear();
        foreach (string name in state.Keys.Where(k => k.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            exemplars[int.Parse(name.AsSpan(Prefix.Length), CultureInfo.InvariantCulture)] = Numbers(state, name);
        }

        old.Load(state.GetValueOrDefault(ResponseState));
        meanWeight = state.GetValueOrDefault("means")?.ToArray<float>();
        meanBias = state.GetValueOrDefault("mean-bias")?.ToArray<float>();
    }

    /// <inheritdoc/>
    protected override void OnBound()
    {
        network = Context.Model as IReadout ?? throw new ArgumentException("icarl needs a network that ends in one linear layer (mlp, cnn, rnn, tabular).");
        if (network.Readout.Bias is null || network.Readout.Weight.Value.DType != DType.F32)
        {
            throw new ArgumentException("icarl needs a last layer of f32 with a bias.");
        }

        if (Context.Sequence.Scenario == ContinualScenario.Domain)
        {
            throw new ArgumentException("icarl is for tasks that bring new classes.");
        }

        int classes = Context.Sequence.Classes.Sum(c => c.Length);
        if (buffer < classes)
        {
            throw new ArgumentException($"icarl keeps an exemplar of each of {classes} classes at least; a buffer of {buffer} is too small.");
        }
    }

    private (float[] Features, int Width, int[] Labels) UnitFeatures(IReadOnlyList<int> rows)
    {
        var features = new List<float>();
        var labels = new List<int>();
        using var quiet = Autograd.NoGrad();
        foreach (var batch in new Loader(new Subset(Context.Plain, rows), new BatchOrder(rows.Count, 256).Epoch(0), default, workers: 0))
        {
            using var scope = MemoryScope.Begin("features");
            var f = Network.Features(batch.Inputs, Pass.Eval).To(DType.F32);
            var length = Tensor.Maximum(f.Square().Sum(1).Sqrt(), Tensor.Scalar(1e-12)).Unsqueeze(1);
            features.AddRange((f / length.Broadcast(f.Shape)).Contiguous().AsSpan<float>());
            labels.AddRange(batch.Targets.ToArray<long>().Select(l => checked((int)l)));
            batch.Release();
        }

        return ([.. features], features.Count / rows.Count, [.. labels]);
    }

    private void Average(int width)
    {
        int outputs = Network.Readout.Outputs;
        meanWeight = new float[outputs * width];
        meanBias = new float[outputs];
        Array.Fill(meanBias, Unmet);
        foreach (var (c, rows) in exemplars)
        {
            var (features, _, _) = UnitFeatures(rows);
            var sum = new double[width];
            for (int i = 0; i < features.Length; i++)
            {
                sum[i % width] += features[i];
            }

            double length = Math.Max(1e-12, Math.Sqrt(sum.Sum(s => s * s)));
            for (int j = 0; j < width; j++)
            {
                meanWeight[(c * width) + j] = (float)(sum[j] / length);
            }

            meanBias[c] = 0;
        }
    }
}
