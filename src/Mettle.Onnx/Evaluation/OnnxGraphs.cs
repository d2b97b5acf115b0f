using Mettle.Graphs;

namespace Mettle.Onnx;

/// <summary>ONNX models as graphs of the engine's own ops, for inputs of given shapes.</summary>
public static class OnnxGraphs
{
    /// <summary>
    /// Traces <paramref name="model"/>; <paramref name="shapes"/> gives the shape of each required input by name, and may leave out those that the file
    /// declares in full. Element types are the file's. Outputs have the types in which the engine stores them;
    /// where the file has scores by label (ZipMap) the output is the scores, [N, labels].
    /// Throws <see cref="OnnxException"/> where a model cannot be traced: control flow on data, strings, sequences.
    /// </summary>
    public static Graph Trace(OnnxModel model, IReadOnlyDictionary<string, Shape>? shapes = null)
    {
        var ports = model.Graph.Required.ToList();
        Value[] inputs = [.. ports.Select(p => new Value(Spec(model, p, shapes), p.Name))];
        try
        {
            return Graph.Trace(
                examples =>
                {
                    var given = new Dictionary<string, OnnxValue>(StringComparer.Ordinal);
                    for (int i = 0; i < examples.Length; i++)
                    {
                        given[ports[i].Name] = new TensorValue(examples[i], ports[i].Type!.Element);
                    }

                    var results = OnnxEvaluator.Run(model, given);
                    return [.. results.Select((r, i) => r switch
                    {
                        TensorValue t => t.Tensor,
                        SequenceValue { Items: ZippedRows maps } => maps.Scores,
                        _ => throw new OnnxException(model.Source, $"its output {OnnxException.Quote(model.Graph.Outputs[i].Name)} is no tensor; run it node by node."),
                    })];
                },
                inputs);
        }
        catch (InvalidOperationException e)
        {
            throw new OnnxException(model.Source, $"it cannot be made a graph: {e.Message}", e);
        }
    }

    private static TensorSpec Spec(OnnxModel model, OnnxPort port, IReadOnlyDictionary<string, Shape>? shapes)
    {
        if (port.Type is not { Kind: OnnxKind.Tensor } type || !type.Element.IsNumber())
        {
            throw new OnnxException(model.Source, $"its input {OnnxException.Quote(port.Name)} ({port.Type?.ToString() ?? "of no declared type"}) is no tensor of numbers.");
        }

        if (shapes?.TryGetValue(port.Name, out var shape) is true)
        {
            return new(shape, type.Element.Storage());
        }

        int[] dims = [.. (type.Dims ?? [null]).Select(d => int.TryParse(d, out int size) && size >= 0 ? size : -1)];
        return Array.IndexOf(dims, -1) < 0
            ? new(new Shape(dims), type.Element.Storage())
            : throw new OnnxException(model.Source, $"its input {OnnxException.Quote(port.Name)} is declared as {port.Type}: say its shape.");
    }
}
