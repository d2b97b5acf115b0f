namespace Mettle.Graphs.Quantization;

/// <summary>What a layer takes by itself.</summary>
/// <param name="F32">Seconds in f32.</param>
/// <param name="Int8">Seconds in 8 bits, its operand in levels already.</param>
/// <param name="Rounding">Seconds to round its operand to levels.</param>
internal sealed record LayerTimes(double F32, double Int8, double Rounding)
{
    private const int Rounds = 7;
    private const double RoundSeconds = 2e-3;

    /// <summary>
    /// The least of rounds in turn: code that is compiled anew meanwhile, or another program, only adds to them. <paramref name="range"/> is the operand's, <paramref name="result"/> that of the ending where that is rounded again.
    /// </summary>
    public static LayerTimes Measure(Graph graph, QuantizableLayer layer, ValueRange range, ValueRange? result)
    {
        var (alone, part) = Cut(graph, layer);
        var rounded = QuantizationNodes.Insert(alone, [part], new Dictionary<Value, ValueRange> { [part.Input] = range });
        rounded = result is { } ending ? Rounded(rounded, part.Ending, ending) : rounded;
        Plan f32 = Plan.Compile(alone.ForInference()), int8 = Plan.Compile(rounded.ForInference());
        using var scope = MemoryScope.Begin("timing");
        var input = Tensor.Uniform(RandomKey.FromSeed(1).For("timing"), alone.Inputs[0].Spec.Shape, range.Low, range.High);
        var (times, levels, rounding) = (new List<double>(), new List<double>(), new List<double>());
        double first = f32.Profile(1, input).Sum(s => s.Seconds);
        int calls = (int)Math.Clamp(RoundSeconds / Math.Max(first, 1e-9), 1, 200);
        for (int i = 0; i < Rounds; i++)
        {
            times.Add(f32.Profile(calls, input).Sum(s => s.Seconds));
            var steps = int8.Profile(calls, input);
            levels.Add(steps.Where(s => s.Node.Op is not Mettle.Quantize).Sum(s => s.Seconds));
            rounding.Add(steps.Where(s => s.Node.Op is Mettle.Quantize).Sum(s => s.Seconds));
        }

        return new(times.Min(), levels.Min(), rounding.Min());
    }

    // The layer as a graph of its own. Images that convolutions or pooling made lie channels-last; so do they here.
    private static (Graph Graph, QuantizableLayer Layer) Cut(Graph graph, QuantizableLayer layer)
    {
        var makers = graph.Nodes.SelectMany(n => n.Outputs.Select(o => (o, n))).ToDictionary(p => p.o, p => p.n);
        int rank = layer.Input.Spec.Shape.Rank;
        bool turned = layer.Node.Op is Conv && ComesFromImages(makers, layer.Input);
        int[] back = [0, rank - 1, .. Enumerable.Range(1, rank - 2)], away = [0, .. Enumerable.Range(2, rank - 2), 1];
        var nodes = new List<GraphNode>();
        var input = turned ? new Value(layer.Input.Spec with { Shape = new Shape([.. away.Select(a => layer.Input.Spec.Shape[a])]) }) : layer.Input;
        var x = turned ? Add(new Permute(back), input) : input;
        var operand = x;
        if (!ReferenceEquals(layer.Input, layer.Node.Inputs[0]))
        {
            operand = Add(makers[layer.Node.Inputs[0]].Op, x);
        }

        var y = Add(layer.Node.Op, [operand, .. layer.Node.Inputs.Skip(1)]);
        var product = nodes[^1];
        y = ReferenceEquals(layer.Ending, layer.Node.Outputs[0]) ? y : Add(Relu.Instance, y);
        var part = new QuantizableLayer(layer.Name, product, x, y);
        var output = layer.Node.Op is Conv ? Add(new Permute(away), y) : y;
        return (new Graph([input], nodes, [output]), part);

        Value Add(Op op, params Value[] operands)
        {
            var made = new Value(op.Infer([.. operands.Select(v => v.Spec)])[0]);
            nodes.Add(new(op, operands, [made]));
            return made;
        }
    }

    private static bool ComesFromImages(Dictionary<Value, GraphNode> makers, Value value)
        => makers.TryGetValue(value, out var node) && (node.Op is ConvolutionOp or PoolOp
            || (node.Op is Concat or UnaryOp or BinaryOp or FusedUnary or BatchNormInference or Slice && node.Inputs.Any(v => ComesFromImages(makers, v))));

    // The same with its ending as levels.
    private static Graph Rounded(Graph graph, Value ending, ValueRange range)
    {
        var step = range.ToStep();
        var levels = new Value(ending.Spec with { DType = step.Type });
        GraphNode[] nodes = [.. graph.Nodes.Where(n => !n.Inputs.Contains(ending) || n.Op is Relu), new(Mettle.Quantize.Instance, [ending, step.ScaleOf(ending.Spec.Shape), step.ZeroOf(ending.Spec.Shape)], [levels])];
        if (graph.Nodes[^1] is { Op: Permute } last)
        {
            var output = new Value(last.Outputs[0].Spec with { DType = step.Type });
            return new Graph(graph.Inputs, [.. nodes, new(last.Op, [levels], [output])], [output]);
        }

        return new Graph(graph.Inputs, nodes, [levels]);
    }
}
