namespace Mettle.Nn;

/// <summary>
/// Negative log-likelihood of i64 classes under softmax. Logits are [N, C] or [N, C, d...], targets [N] or [N, d...], as in
/// PyTorch; sequence models with logits [N, T, C] and targets [N, T] set the class axis to -1.
/// </summary>
/// <remarks>Label smoothing: Szegedy et al., "Rethinking the inception architecture" (2016), section 7.</remarks>
public sealed class CrossEntropyLoss : Loss
{
    private readonly double labelSmoothing;
    private readonly float[]? classWeights;
    private readonly long ignoreIndex;
    private readonly int classAxis;

    /// <param name="labelSmoothing">Share of the target spread evenly over all classes, in [0, 1].</param>
    /// <param name="classWeights">Weight of each class; the mean is taken by weight. Null: all 1.</param>
    /// <param name="ignoreIndex">Targets of this value do not count.</param>
    /// <param name="classAxis">Axis of the logits that runs over classes.</param>
    public CrossEntropyLoss(double labelSmoothing = 0, IReadOnlyList<double>? classWeights = null, long ignoreIndex = -100, int classAxis = 1)
    {
        this.labelSmoothing = labelSmoothing is >= 0 and <= 1
            ? labelSmoothing
            : throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "Label smoothing is in [0, 1].");
        this.classWeights = classWeights?.Select(w => (float)w).ToArray();
        this.ignoreIndex = ignoreIndex;
        this.classAxis = classAxis;
    }

    /// <summary>The mean over all targets that count, by class weight.</summary>
    public override Tensor Forward(Tensor output, Tensor target)
        => ClassesSecond(output).CrossEntropy(target, Weights(output.DType), labelSmoothing, ignoreIndex);

    /// <summary>Per row, times its class's weight; with further axes the mean over the positions that count (0 if none does).</summary>
    public override Tensor PerSample(Tensor output, Tensor target)
    {
        var each = ClassesSecond(output).CrossEntropyEach(target, Weights(output.DType), labelSmoothing, ignoreIndex);
        if (each.Rank == 1)
        {
            return each;
        }

        var counted = 1 - target.EqualTo(ignoreIndex).To(each.DType);
        return each.Flatten(1).Sum(1) / Tensor.Maximum(counted.Flatten(1).Sum(1), Tensor.Scalar(1, each.DType));
    }

    /// <summary>The class's weight, 0 where ignored; with further axes the mean over the positions that count.</summary>
    public override Tensor? RowWeights(Tensor target)
    {
        if (target.DType.IsFloat())
        {
            return null;
        }

        var ignored = target.EqualTo(ignoreIndex);
        var counted = 1 - ignored.To(DType.F32);
        var weights = counted;
        if (Weights(DType.F32) is { } table)
        {
            var rows = Tensor.Where(ignored, 0, target).Flatten();
            weights = counted * table.IndexSelect(0, rows).Reshape(target.Shape);
        }

        return target.Rank == 1
            ? weights
            : weights.Flatten(1).Sum(1) / Tensor.Maximum(counted.Flatten(1).Sum(1), Tensor.Scalar(1));
    }

    /// <summary>The sum of the class weights over all positions that count.</summary>
    public override double Weight(Tensor target)
    {
        if (target.DType.IsFloat())
        {
            return target.Shape[0];
        }

        using var quiet = Autograd.NoGrad();
        double sum = 0;
        foreach (long label in target.To(DType.I64).ToArray<long>())
        {
            sum += label == ignoreIndex ? 0 : classWeights?[label] ?? 1;
        }

        return sum;
    }

    private Tensor? Weights(DType dtype) => classWeights is null ? null : Tensor.From(classWeights).To(dtype);

    private Tensor ClassesSecond(Tensor logits)
    {
        int axis = logits.Shape.Axis(classAxis, "cross_entropy");
        if (axis == 1)
        {
            return logits;
        }

        var order = Enumerable.Range(0, logits.Rank).Where(a => a != axis).ToList();
        order.Insert(1, axis);
        return logits.Permute([.. order]);
    }
}
