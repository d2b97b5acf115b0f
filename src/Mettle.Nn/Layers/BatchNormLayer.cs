namespace Mettle.Nn;

/// <summary>
/// Batch normalisation of channels: by the batch's statistics while training, which also update the running ones, and by the
/// running ones in evaluation. Ioffe and Szegedy, "Batch normalization" (2015). Keys: "weight", "bias", "running_mean",
/// "running_var", "num_batches_tracked". PyTorch's momentum: running = (1 - momentum) running + momentum · batch, the batch's
/// variance with n - 1.
/// </summary>
public abstract class BatchNormLayer : Module
{
    private readonly Buffer mean;
    private readonly Buffer variance;
    private readonly Buffer batches;

    private protected BatchNormLayer(int features, double epsilon, double momentum, bool affine)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        Momentum = momentum is >= 0 and <= 1 ? momentum : throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "Momentum is in [0, 1].");
        (Features, Epsilon) = (features, epsilon);
        Weight = affine ? Register("weight", [features], Constant.One, ParameterRole.Scale) : null;
        Bias = affine ? Register("bias", [features], Constant.Zero, ParameterRole.Bias) : null;
        using var scope = MemoryScope.Begin("batch norm");
        mean = RegisterBuffer("running_mean", Tensor.Zeros([features]));
        variance = RegisterBuffer("running_var", Tensor.Ones([features]));
        batches = RegisterBuffer("num_batches_tracked", Tensor.Scalar(0, DType.I64));
    }

    /// <summary>Number of channels.</summary>
    public int Features { get; }

    /// <summary>What is added to variances.</summary>
    public double Epsilon { get; }

    /// <summary>Share of the running statistics that each batch replaces.</summary>
    public double Momentum { get; }

    /// <summary>Running mean per channel.</summary>
    public Buffer RunningMean => mean;

    /// <summary>Running variance per channel.</summary>
    public Buffer RunningVariance => variance;

    /// <summary>Both as numbers; setting replaces them.</summary>
    public ChannelStatistics Running
    {
        get => new(mean.Value.To(DType.F64).ToArray<double>(), variance.Value.To(DType.F64).ToArray<double>());
        set
        {
            using var scope = MemoryScope.Begin("running statistics");
            mean.Value = Tensor.From(value.Mean.ToArray()).To(mean.Value.DType);
            variance.Value = Tensor.From(value.Variance.ToArray()).To(variance.Value.DType);
        }
    }

    /// <summary>Number of batches that the running statistics have seen.</summary>
    public long BatchesTracked => (long)batches.Value.Item();

    /// <summary>Share of the running statistics that is still what they began with: mean 0 and variance 1.</summary>
    public virtual double Beginning
    {
        get
        {
            // Products instead of Math.Pow, whose last bit belongs to the platform.
            double share = 1;
            for (long n = BatchesTracked; n > 0 && share > 0; n--)
            {
                share *= 1 - Momentum;
            }

            return share;
        }
    }

    /// <summary>Rows that share their statistics while training, of a batch of <paramref name="batch"/>.</summary>
    public virtual int RowsTogether(int batch) => batch;

    private protected Parameter? Weight { get; }

    private protected Parameter? Bias { get; }

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
        if (!IsRank(x.Rank) || x.Shape[1] != Features)
        {
            throw new ArgumentException($"{GetType().Name} '{Path}' takes {Takes} with {Features} channels, got {x.Shape}.");
        }

        if (BatchStatistics.IsActive)
        {
            var (shown, ownMean, ownVariance) = x.BatchNorm(Weight?.Value, Bias?.Value, Epsilon, rectified, shortcut);
            BatchStatistics.Report(this, ownMean, ownVariance, x.Count / Features);
            return Watch(shown);
        }

        return Watch(pass.Training
            ? Train(x, rectified, shortcut)
            : x.BatchNorm(mean.Value, variance.Value, Weight?.Value, Bias?.Value, Epsilon, rectified, shortcut));
    }

    internal override Tensor ForwardThen(Tensor x, Pass pass, Tensor? shortcut, bool rectified) => Forward(x, pass, rectified, shortcut);

    private protected abstract bool IsRank(int rank);

    /// <summary>The training form, which also tracks the statistics.</summary>
    private protected virtual Tensor Train(Tensor x, bool rectified, Tensor? shortcut)
    {
        var (y, batchMean, batchVariance) = x.BatchNorm(Weight?.Value, Bias?.Value, Epsilon, rectified, shortcut);
        Track(batchMean, batchVariance, x.Count / Features, Momentum);
        return y;
    }

    /// <summary>Takes a batch's statistics into the running ones, of which they replace <paramref name="share"/>.</summary>
    private protected void Track(Tensor batchMean, Tensor batchVariance, long count, double share)
    {
        using var scope = MemoryScope.Begin("running statistics");
        using var off = Autograd.NoGrad();
        double unbiased = count / (double)(count - 1);
        mean.Value = (mean.Value * (1 - share)) + (batchMean.Detach() * share);
        variance.Value = (variance.Value * (1 - share)) + (batchVariance.Detach() * (share * unbiased));
        batches.Value += Tensor.Scalar(1, DType.I64);
    }
}
