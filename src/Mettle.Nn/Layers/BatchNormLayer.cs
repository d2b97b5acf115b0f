namespace Mettle.Nn;

/// <summary>
/// Batch normalisation of channels: by the batch's statistics while training, which also update the running ones, and by the
/// running ones in evaluation. Ioffe and Szegedy, "Batch normalization" (2015). Keys: "weight", "bias", "running_mean",
/// "running_var", "num_batches_tracked". PyTorch's momentum: running = (1 - momentum) running + momentum · batch, the batch's
/// variance with n - 1.
/// </summary>
public abstract class BatchNormLayer : Module
{
    private readonly Parameter? weight;
    private readonly Parameter? bias;
    private readonly Buffer mean;
    private readonly Buffer variance;
    private readonly Buffer batches;
    private readonly int features;
    private readonly double epsilon;
    private readonly double momentum;

    private protected BatchNormLayer(int features, double epsilon, double momentum, bool affine)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        this.momentum = momentum is >= 0 and <= 1 ? momentum : throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "Momentum is in [0, 1].");
        (this.features, this.epsilon) = (features, epsilon);
        weight = affine ? Register("weight", [features], Constant.One, ParameterRole.Scale) : null;
        bias = affine ? Register("bias", [features], Constant.Zero, ParameterRole.Bias) : null;
        using var scope = MemoryScope.Begin("batch norm");
        mean = RegisterBuffer("running_mean", Tensor.Zeros([features]));
        variance = RegisterBuffer("running_var", Tensor.Ones([features]));
        batches = RegisterBuffer("num_batches_tracked", Tensor.Scalar(0, DType.I64));
    }

    /// <summary>Running mean per channel.</summary>
    public Buffer RunningMean => mean;

    /// <summary>Running variance per channel.</summary>
    public Buffer RunningVariance => variance;

    /// <summary>The rank or ranks of input that the layer takes, for messages.</summary>
    private protected abstract string Takes { get; }

    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Forward(x, pass, rectified: false);

    /// <summary>
    /// The layer, then plus <paramref name="shortcut"/> if given, then the larger of that and 0 if rectified, in one pass over
    /// memory: what a convolution's block and a residual block end with.
    /// </summary>
    public Tensor Forward(Tensor x, Pass pass, bool rectified, Tensor? shortcut = null)
    {
        if (!IsRank(x.Rank) || x.Shape[1] != features)
        {
            throw new ArgumentException($"{GetType().Name} '{Path}' takes {Takes} with {features} channels, got {x.Shape}.");
        }

        if (!pass.Training)
        {
            return Watch(x.BatchNorm(mean.Value, variance.Value, weight?.Value, bias?.Value, epsilon, rectified, shortcut));
        }

        var (y, batchMean, batchVariance) = x.BatchNorm(weight?.Value, bias?.Value, epsilon, rectified, shortcut);
        Track(batchMean, batchVariance, x.Count / features);
        return Watch(y);
    }

    internal override Tensor ForwardThen(Tensor x, Pass pass, Tensor? shortcut, bool rectified) => Forward(x, pass, rectified, shortcut);

    private protected abstract bool IsRank(int rank);

    private void Track(Tensor batchMean, Tensor batchVariance, long count)
    {
        using var scope = MemoryScope.Begin("running statistics");
        using var off = Autograd.NoGrad();
        double unbiased = count / (double)(count - 1);
        mean.Value = (mean.Value * (1 - momentum)) + (batchMean.Detach() * momentum);
        variance.Value = (variance.Value * (1 - momentum)) + (batchVariance.Detach() * (momentum * unbiased));
        batches.Value += Tensor.Scalar(1, DType.I64);
    }
}
