namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>Exponentials along <paramref name="axis"/> divided by their sum.</summary>
    public Tensor Softmax(int axis = -1) => new Softmax(Shape.Axis(axis, "softmax")).Apply(this);

    /// <summary>Logarithm of <see cref="Softmax"/>.</summary>
    public Tensor LogSoftmax(int axis = -1) => new LogSoftmax(Shape.Axis(axis, "log_softmax")).Apply(this);

    /// <summary>Gaussian error linear unit (by the error function).</summary>
    public Tensor Gelu() => Mettle.Gelu.Instance.Apply(this);

    /// <summary>The tanh approximation of <see cref="Gelu"/>.</summary>
    public Tensor GeluTanh() => Mettle.GeluTanh.Instance.Apply(this);

    /// <summary>x times its logistic function.</summary>
    public Tensor Silu() => Mettle.Silu.Instance.Apply(this);

    /// <summary>log(1 + exp(x)).</summary>
    public Tensor Softplus() => Mettle.Softplus.Instance.Apply(this);

    /// <summary>Logarithm of the logistic function.</summary>
    public Tensor LogSigmoid() => -(-this).Softplus();

    /// <summary>Logarithm of the sum of exponentials over axes; none given means all.</summary>
    public Tensor LogSumExp(params ReadOnlySpan<int> axes) => new LogSumExp(Resolve(axes, "log_sum_exp")).Apply(this);

    /// <summary>
    /// Product over axes; none given means all. Halves are multiplied with each other until one is left, so gradients of any
    /// order hold where elements are 0.
    /// </summary>
    public Tensor Prod(params ReadOnlySpan<int> axes)
    {
        var kept = KeptShape(axes);
        var gone = new bool[Rank];
        foreach (int axis in axes)
        {
            gone[Shape.Axis(axis, "prod")] = true;
        }

        bool all = axes.IsEmpty;
        int[] order = [.. Enumerable.Range(0, Rank).OrderBy(i => all || gone[i])];
        int rows = all ? 0 : gone.Count(g => !g);
        var shape = new Shape([.. order[..rows].Select(i => kept[i])]);
        var x = Permute(order).Flatten(rows);
        if (x.Shape[rows] == 0)
        {
            return Ones(shape, DType);
        }

        while (x.Shape[rows] > 1)
        {
            int half = x.Shape[rows] / 2;
            var product = x.Narrow(rows, 0, half) * x.Narrow(rows, half, 2 * half);
            x = x.Shape[rows] % 2 == 0 ? product : Concat(rows, product, x.Narrow(rows, 2 * half));
        }

        return x.Reshape(shape);
    }

    /// <summary>
    /// Binary cross-entropy of logits with targets in [0, 1], per element; <paramref name="positiveWeight"/> multiplies the
    /// positive class's term. Exact on both tails.
    /// </summary>
    public Tensor BceWithLogitsEach(Tensor targets, Tensor? positiveWeight = null)
    {
        var positive = targets * (-this).Softplus();
        return (positiveWeight is null ? positive : positive * positiveWeight) + ((1 - targets) * Softplus());
    }

    /// <summary>
    /// Cross-entropy of logits [N, C] or [N, C, d...] with i64 classes [N] or [N, d...], averaged with the samples' class
    /// weights as PyTorch does (NaN if all are ignored); or with probabilities of the logits' shape, averaged over samples.
    /// </summary>
    public Tensor CrossEntropy(Tensor targets, Tensor? classWeights = null, double labelSmoothing = 0, long ignoreIndex = -100)
    {
        var (loss, weight) = CrossEntropyParts(targets, classWeights, labelSmoothing, ignoreIndex);
        return loss.Sum() / weight.Detach().Sum();
    }

    /// <summary>Cross-entropy of every sample, [N] or [N, d...]; 0 where ignored.</summary>
    public Tensor CrossEntropyEach(Tensor targets, Tensor? classWeights = null, double labelSmoothing = 0, long ignoreIndex = -100)
        => CrossEntropyParts(targets, classWeights, labelSmoothing, ignoreIndex).Loss;

    private (Tensor Loss, Tensor Weight) CrossEntropyParts(Tensor targets, Tensor? classWeights, double labelSmoothing, long ignoreIndex)
    {
        if (targets.DType.IsFloat())
        {
            return (SoftCrossEntropy(targets, classWeights, labelSmoothing), Ones(Shape.Remove(1), DType));
        }

        var op = new CrossEntropy(labelSmoothing, ignoreIndex);
        var results = classWeights is null ? op.ApplyAll(this, targets) : op.ApplyAll(this, targets, classWeights);
        return (results[0], results[1]);
    }

    private Tensor SoftCrossEntropy(Tensor targets, Tensor? classWeights, double labelSmoothing)
    {
        if (targets.Spec != Spec || Rank < 2)
        {
            throw new ArgumentException($"cross_entropy: probabilities have the logits' shape [N, C, ...] and type, got {targets.Spec} for {Spec}.");
        }

        var p = labelSmoothing > 0 ? (targets * (1 - labelSmoothing)) + (labelSmoothing / Shape[1]) : targets;
        var terms = p * LogSoftmax(1);
        if (classWeights is not null)
        {
            var column = new int[Rank - 1];
            Array.Fill(column, 1);
            column[0] = Shape[1];
            terms *= classWeights.Reshape(column);
        }

        return -terms.Sum(1);
    }
}
