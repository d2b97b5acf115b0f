namespace Mettle.Graphs.Passes;

/// <summary>
/// Batch normalisation, factors and addends per channel after a convolution or a product with known weights: they become part of
/// weights and bias. Jacob et al.: Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
/// Inference, 2018, section 3.2.
/// </summary>
public static class ChannelFolding
{
    /// <summary>
    /// The graph with them folded in. New weights and biases are computed in f64 and rounded once: with u the unit roundoff a result
    /// is off by at most u (sum |w x| + |b|), less than its own sum rounds, and the steps that vanish no longer round. With
    /// <paramref name="sameBits"/> only addends after a product that has none yet. Without <paramref name="fixedParameters"/> parameters count as unknown.
    /// </summary>
    public static Graph Run(Graph graph, bool fixedParameters = false, bool sameBits = false) => Rewriting.Run(graph, (walk, node) =>
    {
        if (Product(walk, node, fixedParameters) is not { } product)
        {
            return null;
        }

        var y = product.Outputs[0];
        int axis = product.Op is Conv ? 1 : y.Spec.Shape.Rank - 1;
        return product.Op is Affine && product.Inputs.Count == 2 && node.Op is Add && Other(node, y).Along(axis, fixedParameters) is { } row
            ? [walk.Emit(Affine.Plain, product.Inputs[0], product.Inputs[1], Rewriting.Constant(Copy(row, row.DType)))]
            : !sameBits && Change(node, y, axis, fixedParameters) is { } change ? [Folded(walk, product, change)] : null;
    });

    // The convolution or product before the node, read by nothing else.
    private static GraphNode? Product(Rewriting walk, GraphNode node, bool fixedParameters)
    {
        foreach (var operand in node.Inputs.Take(node.Op is BatchNormInference ? 1 : 2))
        {
            if (walk.OnlyFor(operand) is { Op: Conv or Affine { IsRectified: false } } product
                && product.Inputs.Skip(1).All(v => v.Known(fixedParameters) is not null))
            {
                return product;
            }
        }

        return null;
    }

    private static Value Other(GraphNode node, Value operand) => ReferenceEquals(node.Inputs[0], operand) ? node.Inputs[1] : node.Inputs[0];

    // Factor and addend of each channel, f64.
    private static (Tensor? Factor, Tensor? Addend)? Change(GraphNode node, Value y, int axis, bool fixedParameters)
    {
        Tensor? Channels(Value v) => v.Along(axis, fixedParameters)?.To(DType.F64);
        switch (node.Op)
        {
            case Add when Channels(Other(node, y)) is { } addend:
                return (null, addend);
            case Sub when ReferenceEquals(node.Inputs[0], y) && Channels(node.Inputs[1]) is { } subtrahend:
                return (null, -subtrahend);
            case Mul when Channels(Other(node, y)) is { } factor:
                return (factor, null);
            case Div when ReferenceEquals(node.Inputs[0], y) && Channels(node.Inputs[1]) is { } divisor:
                return (1 / divisor, null);
            case BatchNormInference norm when axis == 1 && node.Inputs.Skip(1).All(v => v.Known(fixedParameters) is not null):
                Tensor Parameter(int i) => node.Inputs[i].Constant!.To(DType.F64);
                bool affine = node.Inputs.Count > 3;
                var scale = 1 / (Parameter(2) + norm.Epsilon).Sqrt();
                scale = affine ? scale * Parameter(3) : scale;
                var shift = -(Parameter(1) * scale);
                return (scale, affine ? shift + Parameter(4) : shift);
            default:
                return null;
        }
    }

    private static Value Folded(Rewriting walk, GraphNode product, (Tensor? Factor, Tensor? Addend) change)
    {
        var (x, w) = (product.Inputs[0], product.Inputs[1].Constant!);
        var bias = product.Inputs.Count > 2 ? product.Inputs[2].Constant!.To(DType.F64) : null;
        var weight = product.Inputs[1];
        if (change.Factor is { } factor)
        {
            var rows = factor.Reshape(new Shape([factor.Shape[0], .. Enumerable.Repeat(1, w.Rank - 1)]));
            weight = Rewriting.Constant(Copy(w.To(DType.F64) * rows, w.DType), weight.Name);
            bias = bias is null ? null : bias * factor;
        }

        bias = bias is null ? change.Addend : change.Addend is { } addend ? bias + addend : bias;
        return bias is null ? walk.Emit(product.Op, x, weight) : walk.Emit(product.Op, x, weight, Rewriting.Constant(Copy(bias, w.DType)));
    }

    // Kernels like weights in plain rows, in memory of their own.
    private static Tensor Copy(Tensor t, DType type) => Tensor.FromBytes(t.To(type).ToBytes(), t.Shape, type);
}
