namespace Mettle.Graphs.Quantization;

/// <summary>Where a quantisation stands.</summary>
/// <param name="Stage">What is being done: calibrate, compare, time, judge.</param>
/// <param name="Done">Steps of it done.</param>
/// <param name="Total">Its steps.</param>
public readonly record struct QuantizationProgress(string Stage, int Done, int Total);
