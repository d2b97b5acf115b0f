namespace Mettle.Web.Charts;

/// <summary>A labelled place on an <see cref="Axis"/>.</summary>
public readonly record struct Tick(double Value, string Label);
