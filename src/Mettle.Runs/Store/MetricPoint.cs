namespace Mettle.Runs;

/// <summary>One value of a metric during a run.</summary>
/// <param name="Split">The rows it was measured on: train, validation, test.</param>
/// <param name="Name">The metric, e.g. loss.</param>
/// <param name="Step">Optimiser steps taken so far.</param>
/// <param name="Epoch">Passes over the training rows so far, with fractions.</param>
/// <param name="Value">The value; NaN and infinities are kept.</param>
public sealed record MetricPoint(string Split, string Name, long Step, double Epoch, double Value);
