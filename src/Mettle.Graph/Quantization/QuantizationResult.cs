namespace Mettle.Graphs.Quantization;

/// <summary>A quantised graph, or why there is none, with the measurements that decided.</summary>
/// <remarks>Choices that rest on the clock stand here; <see cref="QuantizationChoice.Apply"/> repeats them without measuring.</remarks>
public sealed record QuantizationResult
{
    /// <summary>Why it was refused; null if it was accepted.</summary>
    public string? Refusal { get; init; }

    /// <summary>What was decided: which layers, and the ranges of activations.</summary>
    public required QuantizationChoice Choice { get; init; }

    /// <summary>The graph with quantise and dequantise nodes, for export, and for <see cref="Graph.ForInference"/> that makes them products of integers.</summary>
    public required Graph Graph { get; init; }

    /// <summary>All layers in the order of the graph.</summary>
    public required IReadOnlyList<LayerReport> Layers { get; init; }

    /// <summary>Of the outputs on the rows held back.</summary>
    public required OutputError Error { get; init; }

    /// <summary>Median time of a call in f32.</summary>
    public double F32Seconds { get; init; }

    /// <summary>Median time of a call in 8 bits.</summary>
    public double Int8Seconds { get; init; }

    /// <summary>How many times as fast.</summary>
    public double Speedup => F32Seconds / Int8Seconds;

    /// <summary>Batches that ranges were found on.</summary>
    public int Calibrated { get; init; }

    /// <summary>Batches that the error was measured on.</summary>
    public int HeldBack { get; init; }
}
