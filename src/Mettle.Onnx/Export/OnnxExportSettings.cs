namespace Mettle.Onnx;

/// <summary>What a file says beside the computation.</summary>
public sealed record OnnxExportSettings
{
    /// <summary>Name of the graph, and of the model in messages.</summary>
    public string Name { get; init; } = "model";

    /// <summary>Names of the outputs, in order; those beyond are called as in the graph, or "output".</summary>
    public IReadOnlyList<string> OutputNames { get; init; } = [];

    /// <summary>Names of constants, e.g. the values of a module's parameters (the same tensors, not copies); others are numbered.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters { get; init; } = new Dictionary<string, Tensor>(StringComparer.Ordinal);

    /// <summary>Notes for readers, kept as the file's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Names and notes of a model that was read, for its trace that is written again.</summary>
    public static OnnxExportSettings Of(OnnxModel model) => new()
    {
        Name = model.Graph.Name.Length > 0 ? model.Graph.Name : "model",
        OutputNames = [.. model.Graph.Outputs.Select(o => o.Name)],
        Parameters = model.Graph.Initializers.Where(i => i.Value is TensorValue).ToDictionary(i => i.Key, i => ((TensorValue)i.Value).Tensor, StringComparer.Ordinal),
        Metadata = model.Metadata,
    };
}
