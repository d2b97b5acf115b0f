namespace Mettle.Graphs.Quantization;

/// <summary>How a graph is quantised, and what it must keep to be accepted.</summary>
public sealed record QuantizationSettings
{
    /// <summary>How ranges of activations are found.</summary>
    public CalibrationMethod Method { get; init; } = CalibrationMethod.Mse;

    /// <summary>Share of the values, in percent, that <see cref="CalibrationMethod.Percentile"/> keeps.</summary>
    public double Percentile { get; init; } = 99.99;

    /// <summary>Names of layers that stay in f32, as <see cref="LayerReport.Name"/> has them.</summary>
    public IReadOnlyCollection<string> KeepF32 { get; init; } = [];

    /// <summary>
    /// Least ratio of signal to error of each output on the rows held back, in dB: 10 log10 of the sum of squares over the sum of squared errors. 20 dB is
    /// an error of a tenth of the signal.
    /// </summary>
    public double MinSignalToNoise { get; init; } = 20;

    /// <summary>Least share of rows held back on which the largest element of an output [N, classes] is the same one.</summary>
    public double MinAgreement { get; init; } = 0.98;

    /// <summary>Least ratio of the time in f32 to that in 8 bits.</summary>
    public double MinSpeedup { get; init; } = 1.1;
}
