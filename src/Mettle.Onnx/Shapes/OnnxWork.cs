namespace Mettle.Onnx;

/// <summary>What a model does for inputs of given sizes.</summary>
/// <param name="Sizes">The sizes that are open in the file, by name.</param>
/// <param name="Shapes">Shapes of the inputs, by name, as <see cref="OnnxGraphs.Trace"/> takes them.</param>
/// <param name="Nodes">Work of each node of the main graph that depends on an input, by reference; 0 where shapes are not known.</param>
public sealed record OnnxWork(IReadOnlyDictionary<string, int> Sizes, IReadOnlyDictionary<string, Shape> Shapes, IReadOnlyDictionary<OnnxNode, Cost> Nodes)
{
    /// <summary>Work of all nodes.</summary>
    public Cost Total => Nodes.Values.Aggregate(default(Cost), (a, b) => a + b);
}
