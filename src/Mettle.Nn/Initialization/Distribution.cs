namespace Mettle.Nn;

/// <summary>What random weights follow.</summary>
public enum Distribution
{
    /// <summary>Uniform in ±√3 standard deviations.</summary>
    Uniform,

    /// <summary>Normal.</summary>
    Normal,
}
