namespace Mettle.Bench;

/// <summary>A prepared case on one side.</summary>
/// <param name="Call">Does it once.</param>
/// <param name="Check">Mean absolute value of its result (a loss for a training step), so that sides can be seen to do the same.</param>
internal sealed record Work(Action Call, Func<double> Check);
