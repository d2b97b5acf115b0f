namespace Mettle.Graphs.Passes;

/// <summary>Convolutions by known filters with zeros put around the images before, and sums, rectifiers and bounds after them.</summary>
public static class ConvolutionEndings
{
    /// <summary>
    /// The graph with <see cref="ConvInference"/> for each, whose filters are packed once. The same bits as the ops one by one, except
    /// that a zero may change its sign.
    /// </summary>
    public static Graph Run(Graph graph) => Rewriting.Run(graph, (walk, node) => Replacement(walk, node) is { } y ? [y] : null);

    private static Value? Replacement(Rewriting walk, GraphNode node) => node.Op switch
    {
        Conv { Winograd: false } conv when node.Inputs.Skip(1).All(v => v.Constant is not null) => Prepared(walk, node, conv),
        Add => Sum(walk, node),
        Relu => Bounded(walk, node.Inputs[0], 0, double.PositiveInfinity),
        Maximum => Bounded(walk, node, isLow: true),
        Minimum => Bounded(walk, node, isLow: false),
        _ => null,
    };

    private static Value Prepared(Rewriting walk, GraphNode node, Conv conv)
    {
        var (x, w) = (node.Inputs[0], node.Inputs[1]);
        var bias = node.Inputs.Count > 2 ? node.Inputs[2] : Rewriting.Constant(Tensor.Zeros([w.Spec.Shape[0]], w.Spec.DType));
        int[] before = [.. conv.Padding], after = [.. conv.Padding];
        if (walk.OnlyFor(x) is { Op: Pad { Value: 0 } pad } padded && pad.Before.Take(2).Concat(pad.After.Take(2)).All(p => p == 0))
        {
            x = padded.Inputs[0];
            for (int a = 0; a < before.Length; a++)
            {
                before[a] += pad.Before[a + 2];
                after[a] += pad.After[a + 2];
            }
        }

        return walk.Emit(new ConvInference([.. conv.Stride], before, after, [.. conv.Dilation], conv.Groups), x, w, bias);
    }

    // The other term is read where the sums lie in the nearest cache. Depthwise sums are not held there.
    private static Value? Sum(Rewriting walk, GraphNode node)
    {
        for (int side = 0; side < 2; side++)
        {
            if (walk.OnlyFor(node.Inputs[side]) is { Op: ConvInference { Low: double.NegativeInfinity, High: double.PositiveInfinity } conv, Inputs.Count: 3 } product
                && product.Inputs[1].Spec.Shape[1] > 1)
            {
                return walk.Emit(conv, [.. product.Inputs, node.Inputs[1 - side]]);
            }
        }

        return null;
    }

    private static Value? Bounded(Rewriting walk, GraphNode node, bool isLow)
    {
        for (int side = 0; side < 2; side++)
        {
            if (node.Inputs[1 - side].Uniform() is { } bound && !double.IsNaN(bound))
            {
                return isLow
                    ? Bounded(walk, node.Inputs[side], bound, double.PositiveInfinity)
                    : Bounded(walk, node.Inputs[side], double.NegativeInfinity, bound);
            }
        }

        return null;
    }

    // One bound on each side, as long as they leave room.
    private static Value? Bounded(Rewriting walk, Value value, double low, double high)
    {
        if (walk.OnlyFor(value) is not { Op: ConvInference conv } product
            || (low > double.NegativeInfinity && conv.Low > double.NegativeInfinity) || (high < double.PositiveInfinity && conv.High < double.PositiveInfinity))
        {
            return null;
        }

        (low, high) = (Math.Max(low, conv.Low), Math.Min(high, conv.High));
        return low <= high ? walk.Emit(conv.Within(low, high), [.. product.Inputs]) : null;
    }
}
