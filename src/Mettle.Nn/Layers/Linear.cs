namespace Mettle.Nn;

/// <summary>y = x Wᵀ + b on the last axis. Keys: "weight" [outputs, inputs], "bias" [outputs].</summary>
public sealed class Linear : Module
{
    private readonly Parameter weight;
    private readonly Parameter? bias;

    /// <summary>A layer from <paramref name="inputs"/> to <paramref name="outputs"/> features; weights as PyTorch's unless <paramref name="init"/> is given.</summary>
    public Linear(int inputs, int outputs, bool bias = true, Initializer? init = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        (Inputs, Outputs) = (inputs, outputs);
        var rule = Uniform.ForFan(inputs);
        weight = Register("weight", [outputs, inputs], init ?? rule);
        this.bias = bias ? Register("bias", [outputs], rule, ParameterRole.Bias) : null;
    }

    /// <summary>Length of the last axis of the input.</summary>
    public int Inputs { get; }

    /// <summary>Length of the last axis of the output.</summary>
    public int Outputs { get; }

    /// <summary>The matrix, [outputs, inputs].</summary>
    public Parameter Weight => weight;

    /// <summary>The vector added, if there is one.</summary>
    public Parameter? Bias => bias;

    internal override bool HoldsNothing => true;

    /// <summary>[..., inputs] to [..., outputs].</summary>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        Check(x);
        return Watch(x.Affine(weight.Value, bias?.Value));
    }

    internal override Tensor ForwardThen(Tensor x, Pass pass, Tensor? shortcut, bool rectified)
    {
        if (shortcut is not null)
        {
            return base.ForwardThen(x, pass, shortcut, rectified);
        }

        Check(x);
        return x.Affine(weight.Value, bias?.Value, rectified);
    }

    internal static Tensor Apply(Tensor x, Tensor weight, Tensor? bias) => x.Affine(weight, bias);

    private void Check(Tensor x)
    {
        if (x.Rank < 2 || x.Shape[^1] != Inputs)
        {
            throw new ArgumentException($"Linear '{Path}' takes [..., {Inputs}] with at least two axes, got {x.Shape}.");
        }
    }
}
