namespace Mettle.Nn;

/// <summary>
/// Lion (Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, algorithm 2): every weight moves by the
/// rate, in the direction of an interpolation of momentum and gradient; weights shrink by 1 - rate * decay. Rates are three to
/// ten times smaller than AdamW's, decays as much larger (section 5). Half of Adam's state.
/// </summary>
public sealed class Lion : Optimizer
{
    private static readonly string[] Means = ["exp_avg"];
    private readonly double beta1, beta2;
    private readonly UpdateBatch<float, LionRule<float>> singles = new();
    private readonly UpdateBatch<double, LionRule<double>> doubles = new();

    /// <summary>Settings as in the paper.</summary>
    public Lion(IReadOnlyList<ParameterGroup> groups, double rate = 1e-4, double beta1 = 0.9, double beta2 = 0.99, double weightDecay = 0)
        : base(groups, rate, weightDecay)
    {
        Check(beta1 is >= 0 and < 1, nameof(beta1), beta1, "in [0, 1)");
        Check(beta2 is >= 0 and < 1, nameof(beta2), beta2, "in [0, 1)");
        this.beta1 = beta1;
        this.beta2 = beta2;
    }

    /// <summary>All parameters in one group.</summary>
    public Lion(IEnumerable<Parameter> parameters, double rate = 1e-4, double beta1 = 0.9, double beta2 = 0.99, double weightDecay = 0)
        : this([new ParameterGroup([.. parameters])], rate, beta1, beta2, weightDecay)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames => Means;

    private protected override void Add(Slot slot, Tensor gradient)
    {
        var p = slot.Parameter.Value;
        double rate = Rate * slot.Group.RateScale, shrink = 1 - (rate * (slot.Group.WeightDecay ?? WeightDecay));
        if (p.DType == DType.F32)
        {
            singles.Add(p, gradient, slot.StateAt(0), null, new LionRule<float>(rate, beta1, beta2, shrink), RoundingOf(slot));
        }
        else
        {
            doubles.Add(p, gradient, slot.StateAt(0), null, new LionRule<double>(rate, beta1, beta2, shrink));
        }
    }

    private protected override void Apply()
    {
        singles.Run();
        doubles.Run();
    }

    private protected override void Discard()
    {
        singles.Clear();
        doubles.Clear();
    }
}
