namespace Mettle.Nn;

/// <summary>Adam (Kingma and Ba, ICLR 2015); weight decay is an L2 penalty in the gradient, as in PyTorch.</summary>
public sealed class Adam : AdamBase
{
    /// <summary>Settings as in PyTorch.</summary>
    public Adam(IReadOnlyList<ParameterGroup> groups, double rate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : base(groups, rate, beta1, beta2, epsilon, weightDecay)
    {
    }

    /// <summary>All parameters in one group.</summary>
    public Adam(IEnumerable<Parameter> parameters, double rate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : this([new ParameterGroup([.. parameters])], rate, beta1, beta2, epsilon, weightDecay)
    {
    }

    private protected override bool Decoupled => false;
}
