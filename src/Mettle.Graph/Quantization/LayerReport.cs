namespace Mettle.Graphs.Quantization;

/// <summary>What became of a layer.</summary>
public enum LayerChoice
{
    /// <summary>It computes in 8 bits.</summary>
    Int8,

    /// <summary>It stays in f32 since the settings name it.</summary>
    Named,

    /// <summary>It stays in f32 since 8 bits gained no time.</summary>
    Slower,

    /// <summary>It stays in f32 for the sake of the outputs.</summary>
    Sensitive,
}

/// <summary>A layer that can be quantised, and what was found of it.</summary>
/// <param name="Name">Op and number.</param>
/// <param name="Weights">Shape of the weights.</param>
/// <param name="Flops">Work in f32.</param>
/// <param name="SignalToNoise">Of the worst output when this layer alone is quantised, in dB.</param>
/// <param name="F32Seconds">Least time in f32.</param>
/// <param name="Int8Seconds">Least time in 8 bits.</param>
/// <param name="Choice">What it computes in.</param>
public sealed record LayerReport(string Name, Shape Weights, long Flops, double SignalToNoise, double F32Seconds, double Int8Seconds, LayerChoice Choice);
