namespace Mettle.Nn;

/// <summary>A number measured on a sample, with its confidence interval.</summary>
/// <param name="Value">The point estimate.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Confidence">Coverage, e.g. 0.95.</param>
/// <param name="Method">How the interval was made, e.g. "Wilson".</param>
public readonly record struct Estimate(double Value, double Low, double High, double Confidence, string Method);
