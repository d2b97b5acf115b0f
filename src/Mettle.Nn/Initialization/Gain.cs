namespace Mettle.Nn;

/// <summary>Factors on the standard deviation that make up for what a nonlinearity does to the variance.</summary>
public static class Gain
{
    /// <summary>No nonlinearity, and sigmoid.</summary>
    public const double Linear = 1;

    /// <summary>5/3, as PyTorch has it.</summary>
    public const double Tanh = 5.0 / 3;

    /// <summary>3/4, as PyTorch has it.</summary>
    public const double Selu = 0.75;

    /// <summary>√2: half of the variance passes.</summary>
    public static double Relu => Math.Sqrt(2);

    /// <summary>√(2 / (1 + slope²)).</summary>
    public static double LeakyRelu(double slope = 0.01) => Math.Sqrt(2 / (1 + (slope * slope)));
}
