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
    /// is off by at most u (sum |w x| + |b|), less than its own sum rounds, and the steps that vanish no longer round (a zero may change its sign). With
    /// <paramref name="sameBits"/> only addends after a product that has none yet. Without <paramref name="fixedParameters"/> parameters count as unknown.
    /// </summary>
    public static Graph Run(Graph graph, bool fixedParameters = false, bool sameBits = false) => Rewriting.Run(graph, (walk, node) =>
    {
        if (node.Outputs[0].Spec.Shape.Count == 0 || Find(walk, node, fixedParameters) is not { } found)
        {
            return null;
        }

        var (side, product, movements) = found;
        bool isFirst = product.Op is Affine && product.Inputs.Count == 2;
        if ((sameBits && !(node.Op is Add && isFirst)) || Change(node, side, found, fixedParameters) is not { } change)
        {
            return null;
        }

        var y = Folded(walk, product, change);
        foreach (var movement in movements)
        {
            y = walk.Emit(movement.Op, y);
        }

        return [node.Op is BatchNormInference norm ? Ending(walk, node, norm, y) : y];
    });

    // What a batch norm does after it has normalised.
    private static Value Ending(Rewriting walk, GraphNode node, BatchNormInference norm, Value y)
    {
        y = node.Inputs.Count % 2 == 0 ? walk.Emit(Add.Instance, y, node.Inputs[^1]) : y;
        return norm.IsRectified ? walk.Emit(Relu.Instance, y) : y;
    }

    // The convolution or product before the node, with what moves its elements on the way (nothing else reads any of it), and which
    // operand it is.
    private static Origin? Find(Rewriting walk, GraphNode node, bool fixedParameters)
    {
        for (int side = 0; side < node.Inputs.Count && node.Op is Add or Sub or Mul or Div or Neg or BatchNormInference; side++)
        {
            var movements = new List<GraphNode>();
            var maker = walk.OnlyFor(node.Inputs[side]);
            while (maker is { Op: Reshape or Permute })
            {
                movements.Insert(0, maker);
                maker = walk.OnlyFor(maker.Inputs[0]);
            }

            if (maker is { Op: Conv or Affine { IsRectified: false } } && maker.Inputs.Skip(1).All(v => v.Known(fixedParameters) is not null))
            {
                return new(side, maker, movements);
            }
        }

        return null;
    }

    // Factor and addend of each channel, f64.
    private static (Tensor? Factor, Tensor? Addend)? Change(GraphNode node, int side, Origin origin, bool fixedParameters)
    {
        if (node.Op is BatchNormInference norm)
        {
            bool isChannels = origin.Movements.Count == 0 && origin.Axis == 1;
            return side == 0 && isChannels && node.Inputs.Take(IsAffine(node) ? 5 : 3).Skip(1).All(v => v.Known(fixedParameters) is not null) ? Standardise(node, norm) : null;
        }

        if (node.Op is Neg)
        {
            return (Tensor.Full([origin.Product.Outputs[0].Spec.Shape[origin.Axis]], -1, DType.F64), null);
        }

        if (node.Inputs[1 - side].Known(fixedParameters) is not { } constant || origin.Back(constant).Along(origin.Axis)?.To(DType.F64) is not { } channels)
        {
            return null;
        }

        return (node.Op, side) switch
        {
            (Add, _) => (null, channels),
            (Sub, 0) => (null, -channels),
            (Mul, _) => (channels, null),
            (Div, 0) => (1 / channels, null),
            _ => null,
        };
    }

    private static bool IsAffine(GraphNode norm) => norm.Inputs.Count > 4;

    private static (Tensor? Factor, Tensor? Addend) Standardise(GraphNode node, BatchNormInference norm)
    {
        Tensor Parameter(int i) => node.Inputs[i].Constant!.To(DType.F64);
        bool affine = IsAffine(node);
        var scale = 1 / (Parameter(2) + norm.Epsilon).Sqrt();
        scale = affine ? scale * Parameter(3) : scale;
        var shift = -(Parameter(1) * scale);
        return (scale, affine ? shift + Parameter(4) : shift);
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

    private sealed record Origin(int Side, GraphNode Product, List<GraphNode> Movements)
    {
        public int Axis => Product.Op is Conv ? 1 : Product.Outputs[0].Spec.Shape.Rank - 1;

        /// <summary>The elements of <paramref name="constant"/> beside those of the product that they meet.</summary>
        public Tensor Back(Tensor constant)
        {
            foreach (var movement in Enumerable.Reverse(Movements))
            {
                constant = movement.Op is Permute permute
                    ? constant.Permute([.. Enumerable.Range(0, permute.Order.Count).OrderBy(i => permute.Order[i])])
                    : constant.Reshape(movement.Inputs[0].Spec.Shape);
            }

            return constant;
        }
    }
}
