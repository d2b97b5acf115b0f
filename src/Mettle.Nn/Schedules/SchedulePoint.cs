namespace Mettle.Nn;

/// <summary>Where in training a learning rate is asked for.</summary>
/// <param name="Step">Optimiser steps taken before, from 0.</param>
/// <param name="Losses">The watched validation losses of the epochs done so far, in order.</param>
public readonly record struct SchedulePoint(long Step, IReadOnlyList<double> Losses);
