namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>Exponentials along <paramref name="axis"/> divided by their sum.</summary>
    public Tensor Softmax(int axis = -1) => new Softmax(Shape.Axis(axis, "softmax")).Apply(this);

    /// <summary>Logarithm of <see cref="Softmax"/>.</summary>
    public Tensor LogSoftmax(int axis = -1) => new LogSoftmax(Shape.Axis(axis, "log_softmax")).Apply(this);

    /// <summary>Gaussian error linear unit (by the error function).</summary>
    public Tensor Gelu() => Mettle.Gelu.Instance.Apply(this);

    /// <summary>
    /// Cross-entropy of logits [N, C] or [N, C, d...] with i64 classes [N] or [N, d...], averaged with the samples' class
    /// weights as PyTorch does (NaN if all are ignored).
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
        var op = new CrossEntropy(labelSmoothing, ignoreIndex);
        var results = classWeights is null ? op.ApplyAll(this, targets) : op.ApplyAll(this, targets, classWeights);
        return (results[0], results[1]);
    }
}
