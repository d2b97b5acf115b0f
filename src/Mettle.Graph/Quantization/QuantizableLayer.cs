using Mettle.Graphs.Passes;

namespace Mettle.Graphs.Quantization;

/// <summary>A convolution or product with constant weights.</summary>
/// <param name="Name">Op and number, e.g. conv_3.</param>
/// <param name="Node">The product.</param>
/// <param name="Input">What is rounded to levels: the operand, before a border of zeros.</param>
/// <param name="Ending">The product's result, or that of the rectifier which alone reads it.</param>
internal sealed record QuantizableLayer(string Name, GraphNode Node, Value Input, Value Ending)
{
    // Sums of more products of 8 bits might wrap around.
    private const int MostProducts = 65000;

    /// <summary>All layers of a graph that was simplified, in its order.</summary>
    public static IReadOnlyList<QuantizableLayer> All(Graph graph)
    {
        var makers = graph.Nodes.SelectMany(n => n.Outputs.Select(o => (o, n))).ToDictionary(p => p.o, p => p.n);
        var readers = graph.Nodes.SelectMany(n => n.Inputs.Select(v => (v, n))).ToLookup(p => p.v, p => p.n);
        var layers = new List<QuantizableLayer>();
        foreach (var node in graph.Nodes)
        {
            if (node.Op is not (Conv or Affine) || node.Inputs[0].Constant is not null || node.Inputs[0].Spec.DType != DType.F32
                || node.Inputs.Skip(1).Any(v => v.Constant is null) || node.Inputs[1].Spec.Shape is var shape && (shape.Count == 0 || shape.Count / shape[0] > MostProducts))
            {
                continue;
            }

            var input = node.Inputs[0];
            if (node.Op is Conv && makers.GetValueOrDefault(input) is { Op: Pad { Value: 0 } pad } border && pad.Before.Take(2).Concat(pad.After.Take(2)).All(n => n == 0))
            {
                input = border.Inputs[0];
            }

            var ending = node.Outputs[0];
            if (readers[ending].ToList() is [{ Op: Relu } relu] && !graph.Outputs.Contains(ending))
            {
                ending = relu.Outputs[0];
            }

            layers.Add(new($"{node.Op.Name}_{layers.Count}", node, input, ending));
        }

        return layers;
    }
}
