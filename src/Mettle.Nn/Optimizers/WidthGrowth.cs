namespace Mettle.Nn;

/// <summary>
/// How many times the inputs and outputs of a parameter's layer have grown since the base width, and what its first values, rate
/// and decay are multiplied by for it: the whole of maximal update parametrisation. An axis that is given by the data does not
/// grow, so input layers, biases and gains have <paramref name="In"/> 1, output layers <paramref name="Out"/> 1. Yang et al.,
/// "Tensor Programs V" (2022), table 3, in the form of Yang, Simon and Bernstein, "A spectral condition for feature learning"
/// (2023), equations 2 and 8: weights and each of their steps have spectral norms in proportion to sqrt(outputs / inputs).
/// </summary>
/// <param name="In">Inputs over those at the base width.</param>
/// <param name="Out">Outputs over those at the base width.</param>
public readonly record struct WidthGrowth(double In, double Out)
{
    /// <summary>Factor on the deviation of the first values: 1 for input layers, 1 / sqrt(width) for hidden ones, 1 / width for output layers.</summary>
    public double Size => Math.Min(1, Math.Sqrt(Out / In)) / Math.Sqrt(In);

    /// <summary>Factor on the learning rate.</summary>
    public double Rate(UpdateKind kind) => kind switch
    {
        UpdateKind.Gradient => Out / In,

        // Steps are as long as the weights by Frobenius norm, and all in a few directions.
        UpdateKind.Layerwise => Math.Sqrt(Out / In) / (Size * Math.Sqrt(In * Out)),
        UpdateKind.Orthogonal => Math.Sqrt(Out / In),
        _ => 1 / In,
    };

    /// <summary>Factor on weight decay, which keeps the pull in step with what it pulls against.</summary>
    public double Decay(UpdateKind kind) => kind switch
    {
        UpdateKind.Gradient or UpdateKind.Elementwise => In / Out,
        UpdateKind.Layerwise => In,
        _ => 1 / Rate(kind),
    };
}
