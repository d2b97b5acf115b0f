namespace Mettle.Nn;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019): weights shrink by 1 - rate * decay each step.</summary>
public sealed class AdamW : AdamBase
{
    /// <summary>Settings as in PyTorch.</summary>
    public AdamW(IReadOnlyList<ParameterGroup> groups, double rate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
        : base(groups, rate, beta1, beta2, epsilon, weightDecay)
    {
    }

    /// <summary>All parameters in one group.</summary>
    public AdamW(IEnumerable<Parameter> parameters, double rate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
        : this([new ParameterGroup([.. parameters])], rate, beta1, beta2, epsilon, weightDecay)
    {
    }

    private protected override bool Decoupled => true;
}
