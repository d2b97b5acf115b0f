using Mettle.Graphs.Passes;

namespace Mettle.Graphs.Quantization;

/// <summary>
/// Puts quantise and dequantise nodes into a graph: around the operands of the layers in question, u8 with one step for all, and as the
/// weights, i8 with a step for each result channel, and biases, i32 in steps of the sums.
/// </summary>
internal static class QuantizationNodes
{
    // Biases take at most this many steps, so that sums have room beside them.
    private const double MostBiasSteps = 1 << 29;

    /// <summary>The graph with <paramref name="layers"/> quantised; <paramref name="ranges"/> has those of their points.</summary>
    public static Graph Insert(Graph graph, IReadOnlyCollection<QuantizableLayer> layers, IReadOnlyDictionary<Value, ValueRange> ranges)
    {
        using var scope = MemoryScope.Begin("quantise");
        using var quiet = Autograd.NoGrad();
        var points = QuantizationPoints.Of(graph, layers);
        var groups = points.GroupBy(p => p.Group).ToDictionary(g => g.Key, g => g.Select(p => ranges[p.Value]).Aggregate((a, b) => a.With(b)).ToStep());
        var steps = points.ToDictionary(p => p.Value, p => groups[p.Group]);
        var products = layers.ToDictionary(l => l.Node);
        var nodes = new List<GraphNode>();
        var rounded = new Dictionary<Value, Value>();
        foreach (var input in graph.Inputs)
        {
            Round(input);
        }

        foreach (var node in graph.Nodes)
        {
            Value[] operands = [.. node.Inputs.Select(v => rounded.GetValueOrDefault(v, v))];
            nodes.Add(node with { Inputs = products.TryGetValue(node, out var layer) ? [operands[0], .. Weights(nodes, layer, steps[layer.Input].Scale)] : operands });
            foreach (var output in node.Outputs)
            {
                Round(output);
            }
        }

        return new Graph(graph.Inputs, nodes, graph.Outputs);

        void Round(Value value)
        {
            if (steps.TryGetValue(value, out var step))
            {
                var (scale, zero) = (step.ScaleOf(value.Spec.Shape), step.ZeroOf(value.Spec.Shape));
                var levels = Add(nodes, Mettle.Quantize.Instance, value, scale, zero);
                rounded[value] = Add(nodes, Mettle.Dequantize.Instance, levels, scale, zero);
            }
        }
    }

    // Weights and bias of a layer whose operand has steps of x.
    private static List<Value> Weights(List<GraphNode> nodes, QuantizableLayer layer, float x)
    {
        var (weights, shape) = (layer.Node.Inputs[1].Constant!.ToArray<float>(), layer.Node.Inputs[1].Spec.Shape);
        float[]? bias = layer.Node.Inputs.Count > 2 ? layer.Node.Inputs[2].Constant!.ToArray<float>() : null;
        int channels = shape[0], each = weights.Length / channels;
        float[] scales = new float[channels];
        byte[] levels = new byte[weights.Length];
        for (int n = 0; n < channels; n++)
        {
            double most = 0;
            foreach (float w in weights.AsSpan(n * each, each))
            {
                most = Math.Max(most, Math.Abs(w));
            }

            scales[n] = Scale(Math.Max(most / sbyte.MaxValue, bias is null ? 0 : Math.Abs(bias[n]) / (x * MostBiasSteps)));
            for (int i = n * each; i < (n + 1) * each; i++)
            {
                levels[i] = (byte)(sbyte)Math.Clamp(Math.Round(weights[i] / scales[n]), -sbyte.MaxValue, sbyte.MaxValue);
            }
        }

        int[] line = [channels, .. Enumerable.Repeat(1, shape.Rank - 1)];
        var results = new List<Value>
        {
            Add(
                nodes,
                Mettle.Dequantize.Instance,
                Rewriting.Constant(Tensor.FromBytes(levels, shape, DType.I8), layer.Node.Inputs[1].Name),
                Rewriting.Constant(Tensor.From(scales).Reshape(new Shape(line)).Broadcast(shape)),
                Rewriting.Constant(Tensor.Zeros([], DType.I8).Broadcast(shape))),
        };
        if (bias is not null)
        {
            float[] products = Array.ConvertAll(scales, s => x * s);
            results.Add(Add(
                nodes,
                Mettle.Dequantize.Instance,
                Rewriting.Constant(Tensor.From(bias.Select((b, n) => (int)Math.Round((double)b / products[n])).ToArray()), layer.Node.Inputs[2].Name),
                Rewriting.Constant(Tensor.From(products))));
        }

        return results;
    }

    private static float Scale(double scale) => scale > 1e-30 ? (float)scale : 1;

    private static Value Add(List<GraphNode> nodes, Op op, params Value[] operands)
    {
        var result = new Value(op.Infer([.. operands.Select(v => v.Spec)])[0]);
        nodes.Add(new(op, operands, [result]));
        return result;
    }
}
