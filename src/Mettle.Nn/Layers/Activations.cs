namespace Mettle.Nn;

/// <summary>Nonlinearities that are composed of the engine's ops.</summary>
public static class Activations
{
    /// <summary>x above 0, <paramref name="slope"/> · x below.</summary>
    public static Tensor LeakyRelu(Tensor x, double slope = 0.01) => Tensor.Where(x > 0, x, x * slope);

    /// <summary>x above 0, <paramref name="alpha"/> (exp(x) - 1) below. Clevert, Unterthiner and Hochreiter (2016), equation 15.</summary>
    public static Tensor Elu(Tensor x, double alpha = 1)
        => Tensor.Where(x > 0, x, ((-(-x).Relu()).Exp() - 1) * alpha);

    /// <summary>GELU's approximation by tanh, within 5e-4 of <see cref="Tensor.Gelu"/>.</summary>
    public static Tensor GeluTanh(Tensor x)
        => x * 0.5 * (((x + (x * x * x * 0.044715)) * Math.Sqrt(2 / Math.PI)).Tanh() + 1);

    /// <summary>x · sigmoid(x).</summary>
    public static Tensor Silu(Tensor x) => x * x.Sigmoid();

    /// <summary>log(1 + exp(x)) without overflow: max(x, 0) + log(1 + exp(-|x|)).</summary>
    public static Tensor Softplus(Tensor x)
        => Tensor.Maximum(x, Tensor.Scalar(0, x.DType)) + ((-x.Abs()).Exp() + 1).Log();
}
