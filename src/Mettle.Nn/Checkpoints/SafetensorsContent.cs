namespace Mettle.Nn;

/// <summary>What a safetensors file holds.</summary>
/// <param name="Tensors">Tensors by name, in the order of their data; owned by the memory scope they were read in, if any.</param>
/// <param name="Metadata">Free text by key.</param>
public sealed record SafetensorsContent(
    OrderedDictionary<string, Tensor> Tensors,
    IReadOnlyDictionary<string, string> Metadata);
