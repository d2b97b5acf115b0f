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

    /// <summary>[..., inputs] to [..., outputs].</summary>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank < 2 || x.Shape[^1] != Inputs)
        {
            throw new ArgumentException($"Linear '{Path}' takes [..., {Inputs}] with at least two axes, got {x.Shape}.");
        }

        return Watch(Apply(x, weight.Value, bias?.Value));
    }

    internal static Tensor Apply(Tensor x, Tensor weight, Tensor? bias)
    {
        var y = x.Rank == 2 ? x : x.Reshape(-1, x.Shape[^1]);
        y = y.MatMul(weight.Transpose());
        y = bias is null ? y : y + bias;
        return x.Rank == 2 ? y : y.Reshape(new Shape([.. x.Shape.Dims[..^1], weight.Shape[0]]));
    }
}
