namespace Mettle.Nn;

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> share: all but how weight decay enters.</summary>
public abstract class AdamBase : Optimizer
{
    private static readonly string[] Moments = ["exp_avg", "exp_avg_sq"];
    private readonly double beta1, beta2, epsilon;
    private readonly UpdateBatch<float, AdamRule<float>> singles = new();
    private readonly UpdateBatch<double, AdamRule<double>> doubles = new();

    private protected AdamBase(IReadOnlyList<ParameterGroup> groups, double rate, double beta1, double beta2, double epsilon, double weightDecay)
        : base(groups, rate, weightDecay)
    {
        Check(beta1 is >= 0 and < 1, nameof(beta1), beta1, "in [0, 1)");
        Check(beta2 is >= 0 and < 1, nameof(beta2), beta2, "in [0, 1)");
        Check(epsilon >= 0, nameof(epsilon), epsilon, "at least 0");
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
    }

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<string> StateNames => Moments;

    /// <summary>Whether decay shrinks the weights (decoupled) instead of joining the gradient.</summary>
    private protected abstract bool Decoupled { get; }

    private protected sealed override void Add(Slot slot, Tensor gradient)
    {
        var p = slot.Parameter.Value;
        Tensor m = slot.StateAt(0), v = slot.StateAt(1);
        double rate = Rate * slot.Group.RateScale, decay = slot.Group.WeightDecay ?? WeightDecay;
        double shrink = Decoupled ? 1 - (rate * decay) : 1, l2 = Decoupled ? 0 : decay;
        if (p.DType == DType.F32)
        {
            singles.Add(p, gradient, m, v, new AdamRule<float>(rate, beta1, beta2, epsilon, slot.Steps, shrink, l2), RoundingOf(slot));
        }
        else
        {
            doubles.Add(p, gradient, m, v, new AdamRule<double>(rate, beta1, beta2, epsilon, slot.Steps, shrink, l2));
        }
    }

    private protected sealed override void Apply()
    {
        singles.Run();
        doubles.Run();
    }

    private protected sealed override void Discard()
    {
        singles.Clear();
        doubles.Clear();
    }
}
