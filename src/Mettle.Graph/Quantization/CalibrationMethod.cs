namespace Mettle.Graphs.Quantization;

/// <summary>How the range of an activation is found that its 256 levels cover.</summary>
public enum CalibrationMethod
{
    /// <summary>All that was seen. Exact at the ends, coarse where single values lie far out.</summary>
    MinMax,

    /// <summary>All but the outermost values: <see cref="QuantizationSettings.Percentile"/> of them.</summary>
    Percentile,

    /// <summary>
    /// The range whose levels lose the least information: the smallest Kullback-Leibler divergence of what was seen from what is left of it.
    /// Migacz: 8-bit Inference with TensorRT, GPU Technology Conference 2017.
    /// </summary>
    Entropy,

    /// <summary>
    /// The range with the smallest mean squared error. Nagel et al.: A White Paper on Neural Network Quantization, arXiv:2106.08295, section 3.1.
    /// </summary>
    Mse,
}
