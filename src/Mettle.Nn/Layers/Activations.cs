namespace Mettle.Nn;

/// <summary>Nonlinearities that are composed of the engine's ops.</summary>
public static class Activations
{
    /// <summary>x above 0, <paramref name="slope"/> · x below.</summary>
    public static Tensor LeakyRelu(Tensor x, double slope = 0.01) => Tensor.Where(x > 0, x, x * slope);

    /// <summary>x above 0, <paramref name="alpha"/> (exp(x) - 1) below. Clevert, Unterthiner and Hochreiter (2016), equation 15.</summary>
    public static Tensor Elu(Tensor x, double alpha = 1)
        => Tensor.Where(x > 0, x, ((-(-x).Relu()).Exp() - 1) * alpha);
}
