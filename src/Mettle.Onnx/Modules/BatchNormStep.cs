using Mettle.Nn;

namespace Mettle.Onnx;

/// <summary>
/// Batch norm of [N, C, ...]: in training by the batch's statistics, which also move the running ones; by the running ones in
/// evaluation, where they are frozen, and where its weights are frozen (statistics are part of a layer that stays as it is). Ioffe
/// and Szegedy, 2015. A sum and a rectifier that follow it alone are done in the same pass over memory.
/// </summary>
internal sealed class BatchNormStep : Step
{
    private readonly Nn.Buffer mean;
    private readonly Nn.Buffer variance;
    private readonly Parameter[] weights;
    private readonly OnnxNode? sum;
    private readonly OnnxNode? rectifier;
    private readonly bool frozen;
    private readonly double epsilon;
    private readonly double kept;

    /// <param name="node">The norm.</param>
    /// <param name="sum">An addition that alone uses it, or null.</param>
    /// <param name="rectifier">A Relu that alone uses that, or null.</param>
    /// <param name="mean">Its running mean.</param>
    /// <param name="variance">Its running variance.</param>
    /// <param name="weights">Its gain and shift, as far as they are parameters.</param>
    /// <param name="frozen">Whether statistics stay as they are.</param>
    public BatchNormStep(OnnxNode node, OnnxNode? sum, OnnxNode? rectifier, Nn.Buffer mean, Nn.Buffer variance, Parameter[] weights, bool frozen)
        : base(node)
    {
        (this.sum, this.rectifier, this.mean, this.variance, this.weights, this.frozen) = (sum, rectifier, mean, variance, weights, frozen);
        epsilon = node.Attributes.GetValueOrDefault("epsilon")?.Float ?? 1e-5f;
        kept = node.Attributes.GetValueOrDefault("momentum")?.Float ?? 0.9f;
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Reads
        => [.. Node.Inputs.Take(3), .. sum is null ? [] : sum.Inputs.Where(i => i != Node.Outputs[0])];

    /// <inheritdoc/>
    public override IEnumerable<string> Makes
        => [Node.Outputs[0], .. new[] { sum, rectifier }.OfType<OnnxNode>().Select(n => n.Outputs[0])];

    /// <inheritdoc/>
    public override void Run(Frame frame, Pass pass)
    {
        Tensor Of(string name) => ((TensorValue)frame.Find(name)!).Tensor;
        var x = Of(Node.Inputs[0]);
        Shape channels = [x.Shape[1]];
        Tensor weight = Of(Node.Inputs[1]).Reshape(channels), bias = Of(Node.Inputs[2]).Reshape(channels);
        bool apart = ActivationWatch.IsActive;
        var shortcut = sum is null || apart ? null : Of(sum.Inputs.First(i => i != Node.Outputs[0]));
        shortcut = shortcut is null || shortcut.Shape == x.Shape ? shortcut : shortcut.Broadcast(x.Shape);
        bool rectified = rectifier is not null && !apart;
        Tensor y;
        if (pass.Training && !frozen && (weights.Length == 0 || Array.Exists(weights, w => !w.Frozen)))
        {
            (y, var batchMean, var batchVariance) = x.BatchNorm(weight, bias, epsilon, rectified, shortcut);
            Track(batchMean, batchVariance, x.Count / channels.Count);
        }
        else
        {
            y = x.BatchNorm(mean.Value.Reshape(channels), variance.Value.Reshape(channels), weight, bias, epsilon, rectified, shortcut);
        }

        frame.Put(apart ? Node.Outputs[0] : (rectifier ?? sum ?? Node).Outputs[0], OnnxValue.From(y));
        Show(frame, pass);
        foreach (var after in new[] { sum, rectifier }.OfType<OnnxNode>().Where(_ => apart))
        {
            frame.Apply(after);
        }
    }

    // PyTorch's rule: the batch's variance with n - 1, where there is more than one.
    private void Track(Tensor batchMean, Tensor batchVariance, long count)
    {
        using var scope = MemoryScope.Begin("running statistics");
        using var quiet = Autograd.NoGrad();
        double unbiased = count > 1 ? count / (double)(count - 1) : 1;
        mean.Value = ((mean.Value * kept) + (batchMean.Detach() * (1 - kept)).Reshape(mean.Value.Shape)).Contiguous();
        variance.Value = ((variance.Value * kept) + (batchVariance.Detach() * ((1 - kept) * unbiased)).Reshape(variance.Value.Shape)).Contiguous();
    }
}
