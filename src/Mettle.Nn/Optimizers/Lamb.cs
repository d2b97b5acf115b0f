namespace Mettle.Nn;

/// <summary>
/// LAMB (You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", ICLR 2020, algorithm 2): Adam's
/// step with decoupled decay, r = m' / (sqrt(v') + eps) + decay w, made as long as the layer's weights: w -= rate |w| / |r| r.
/// As in the authors' code vectors (biases, gains) take r as it is; so do weights that are all 0.
/// </summary>
public sealed class Lamb : Optimizer
{
    private static readonly string[] Moments = ["exp_avg", "exp_avg_sq"];
    private readonly double beta1, beta2, epsilon;
    private readonly Dictionary<Slot, Tensor> steps = [];
    private readonly List<Slot> pending = [];
    private readonly UpdateBatch<float, AdamRule<float>> singles = new();
    private readonly UpdateBatch<double, AdamRule<double>> doubles = new();
    private readonly UpdateBatch<float, ShiftRule<float>> singleSums = new();
    private readonly UpdateBatch<double, ShiftRule<double>> doubleSums = new();

    /// <summary>Settings as in the paper.</summary>
    public Lamb(IReadOnlyList<ParameterGroup> groups, double rate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-6, double weightDecay = 0.01)
        : base(groups, rate, weightDecay)
    {
        Check(beta1 is >= 0 and < 1, nameof(beta1), beta1, "in [0, 1)");
        Check(beta2 is >= 0 and < 1, nameof(beta2), beta2, "in [0, 1)");
        Check(epsilon > 0, nameof(epsilon), epsilon, "above 0");
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
    }

    /// <summary>All parameters in one group.</summary>
    public Lamb(IEnumerable<Parameter> parameters, double rate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-6, double weightDecay = 0.01)
        : this([new ParameterGroup([.. parameters])], rate, beta1, beta2, epsilon, weightDecay)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames => Moments;

    internal override long ScratchBytes => Parameters.Where(p => !p.Frozen).Sum(p => p.Value.Spec.Bytes);

    // Adam's rule at rate 1 on a weight of 0 leaves minus its step there.
    private protected override void Add(Slot slot, Tensor gradient)
    {
        var p = slot.Parameter.Value;
        if (!steps.TryGetValue(slot, out var step))
        {
            steps[slot] = step = Tensor.Zeros(p.Shape, p.DType).Persist();
        }

        pending.Add(slot);
        if (p.DType == DType.F32)
        {
            step.MutableSpan<float>().Clear();
            singles.Add(step, gradient, slot.StateAt(0), slot.StateAt(1), new AdamRule<float>(1, beta1, beta2, epsilon, slot.Steps, 0, 0), RoundingOf(slot));
        }
        else
        {
            step.MutableSpan<double>().Clear();
            doubles.Add(step, gradient, slot.StateAt(0), slot.StateAt(1), new AdamRule<double>(1, beta1, beta2, epsilon, slot.Steps, 0, 0));
        }
    }

    private protected override void Apply()
    {
        singles.Run();
        doubles.Run();
        foreach (var slot in pending)
        {
            if ((slot.Group.WeightDecay ?? WeightDecay) is > 0 and var decay)
            {
                Sum(steps[slot], slot.Parameter.Value, -decay);
            }
        }

        RunSums();
        foreach (var slot in pending)
        {
            var w = slot.Parameter.Value;
            Sum(w, steps[slot], Rate * slot.Group.RateScale * Trust(w, steps[slot]));
        }

        RunSums();
        pending.Clear();
    }

    private protected override void Discard()
    {
        pending.Clear();
        singles.Clear();
        doubles.Clear();
        singleSums.Clear();
        doubleSums.Clear();
    }

    private static double Trust(Tensor weights, Tensor step)
    {
        if (weights.Rank < 2)
        {
            return 1;
        }

        double w = Math.Sqrt(GradientNorm.SquaredSum(weights)), r = Math.Sqrt(GradientNorm.SquaredSum(step));
        return w > 0 && r > 0 ? w / r : 1;
    }

    private void Sum(Tensor to, Tensor what, double factor)
    {
        if (to.DType == DType.F32)
        {
            singleSums.Add(to, what, null, null, new ShiftRule<float>(factor));
        }
        else
        {
            doubleSums.Add(to, what, null, null, new ShiftRule<double>(factor));
        }
    }

    private void RunSums()
    {
        singleSums.Run();
        doubleSums.Run();
    }
}
