namespace Mettle.Graphs.Passes;

/// <summary>
/// Convolutions and products of dequantised levels with dequantised constant weights, as products of the integers themselves: sums are
/// exact, and what is rounded to levels again goes straight from the sum to the level. Movements and maxima between levels of
/// one step are done on the levels. Jacob et al.: Quantization and Training of Neural Networks for Efficient
/// Integer-Arithmetic-Only Inference, 2018, section 2.
/// </summary>
public static class IntegerKernels
{
    /// <summary>
    /// The graph in 8 bits. A result in f32 is nearer to the exact one than that of the ops one by one, by the rounding of its sum.
    /// A level may be one beside that of the ops one by one, where the sum lies between two to within that rounding; the bias is
    /// rounded to a step of the sums.
    /// </summary>
    public static Graph Run(Graph graph) => Rewriting.Run(graph, (walk, node) => node.Op switch
    {
        Conv or Affine or MatMul => Product(walk, node),
        Add => Biased(walk, node),
        Relu => Rectified(walk, node),
        Quantize => QuantizedValues.Step(node) is { } step ? Quantized(walk, node, step) : null,
        _ => null,
    } is { } value ? [value] : null);

    private static Value? Product(Rewriting walk, GraphNode node)
    {
        var (x, padding) = node.Op is Conv ? Unpadded(walk, node.Inputs[0]) : (node.Inputs[0], null);
        if (QuantizedValues.Weights(walk, node.Inputs[1]) is not { } weights || Moved(walk, x) is not var (levels, step))
        {
            return null;
        }

        var bias = node.Inputs.Count > 2 ? QuantizedValues.Row(walk, node.Inputs[2]) : null;
        if (node.Inputs.Count > 2 && bias is null)
        {
            return null;
        }

        if (node.Op is MatMul)
        {
            weights = weights.Levels.Rank == 2 ? new(weights.Levels.Transpose(), weights.Scale.Transpose(), weights.Zero.Transpose()) : null;
        }

        if (weights is null || QuantizedValues.PerChannel(weights) is not var (scale, zero))
        {
            return null;
        }

        QuantizedProduct op = node.Op is Conv conv
            ? new QuantizedConv(weights.Levels, scale, zero, [.. conv.Stride], Padding(conv, padding), [.. conv.Dilation], conv.Groups)
            : new QuantizedLinear(weights.Levels.Contiguous(), scale, zero);
        op = node.Op is Affine { IsRectified: true } ? op.Rectified() : op;
        Value[] addend = bias is null ? [] : [Rewriting.Constant(bias)];
        return walk.Emit(op, [levels, step.ScaleOf([]), step.ZeroOf([]), .. addend]);
    }

    // Levels that were dequantised and then moved, as moved levels.
    private static (Value Levels, LevelStep Step)? Moved(Rewriting walk, Value value)
        => QuantizedValues.Levels(walk, value)
            ?? (walk.Maker(value) is { Op: Reshape or Permute } node && Moved(walk, node.Inputs[0]) is var (levels, step) ? (walk.Emit(node.Op, levels), step) : null);

    // What a border of zeros was put around: the zero point stands for them.
    private static (Value X, Pad? Border) Unpadded(Rewriting walk, Value value)
        => walk.Maker(value) is { Op: Pad { Value: 0 } pad } node && pad.Before.Take(2).Concat(pad.After.Take(2)).All(n => n == 0) ? (node.Inputs[0], pad) : (value, null);

    private static int[] Padding(Conv conv, Pad? border)
        => border is null ? [.. conv.Padding, .. conv.Padding] : [.. conv.Padding.Zip(border.Before.Skip(2), (a, b) => a + b), .. conv.Padding.Zip(border.After.Skip(2), (a, b) => a + b)];

    // A row added to a product in f32 that has none.
    private static Value? Biased(Rewriting walk, GraphNode node)
    {
        for (int side = 0; side < 2; side++)
        {
            if (walk.OnlyFor(node.Inputs[side]) is { Op: QuantizedLinear { IsRectified: false } op, Inputs.Count: 3 } product
                && QuantizedValues.Row(walk, Repeated(walk, node.Inputs[1 - side])) is { } row)
            {
                using var scope = MemoryScope.Begin("bias");
                int axis = node.Outputs[0].Spec.Shape.Rank - 1;
                return row.Broadcast(node.Outputs[0].Spec.Shape).Along(axis) is { } line
                    ? walk.Emit(op, [.. product.Inputs, Rewriting.Constant(line.Contiguous())])
                    : null;
            }
        }

        return null;
    }

    private static Value Repeated(Rewriting walk, Value value) => walk.Maker(value) is { Op: Broadcast } repeat ? repeat.Inputs[0] : value;

    private static Value? Rectified(Rewriting walk, GraphNode node)
        => walk.OnlyFor(node.Inputs[0]) is { Op: QuantizedProduct { IsRectified: false } op, Inputs.Count: 3 or 4 } product ? walk.Emit(op.Rectified(), [.. product.Inputs]) : null;

    private static Value? Quantized(Rewriting walk, GraphNode node, LevelStep step)
    {
        var x = Unlimited(walk, node.Inputs[0], step);
        if (walk.OnlyFor(x) is { Op: QuantizedProduct, Inputs.Count: 3 or 4 } product && Rounded(walk, product, step) is { } rounded)
        {
            return rounded;
        }

        if (IsInLevels(walk, x, step))
        {
            return InLevels(walk, x);
        }

        return ReferenceEquals(x, node.Inputs[0]) ? null : walk.Emit(node.Op, x, node.Inputs[1], node.Inputs[2]);
    }

    // Without limits that the range of the levels has too.
    private static Value Unlimited(Rewriting walk, Value value, LevelStep step)
    {
        while (walk.OnlyFor(value) is { Op: Relu or Maximum or Minimum } node)
        {
            int side = node.Inputs.Count > 1 && node.Inputs[0].Uniform() is not null ? 1 : 0;
            double? limit = node.Op is Relu ? 0 : node.Inputs[1 - side].Uniform();
            if (limit is not { } at || !(node.Op is Minimum ? step.CoversTo(at) : step.CoversFrom(at)))
            {
                break;
            }

            value = node.Inputs[side];
        }

        return value;
    }

    // A product in f32 that is rounded right away.
    private static Value? Rounded(Rewriting walk, GraphNode product, LevelStep step)
    {
        var op = (QuantizedProduct)product.Op;
        Value[] bias = [];
        if (product.Inputs.Count == 4)
        {
            float scale = product.Inputs[1].Constant!.ToArray<float>()[0];
            if (Steps(product.Inputs[3].Constant!.ToArray<float>(), op, scale) is not { } steps)
            {
                return null;
            }

            bias = [Rewriting.Constant(Tensor.From(steps))];
        }

        return walk.Emit(op, [.. product.Inputs.Take(3), step.ScaleOf([]), step.ZeroOf([]), .. bias]);
    }

    // The bias in steps of the sums; null if sums with it might not fit into 32 bits.
    private static int[]? Steps(float[] bias, QuantizedProduct op, float scale)
    {
        long depth = op.WeightShape.Count / Math.Max(1, op.WeightShape[0]);
        double most = int.MaxValue - (depth * 255.0 * 128);
        int[] steps = new int[bias.Length];
        for (int i = 0; i < steps.Length; i++)
        {
            double exact = Math.Round(bias[i] / ((double)scale * op.WeightScales[i]));
            if (!(Math.Abs(exact) <= most))
            {
                return null;
            }

            steps[i] = (int)exact;
        }

        return steps;
    }

    // Whether a value is made of levels of this very step, and of movements and maxima of them that nothing else reads.
    private static bool IsInLevels(Rewriting walk, Value value, LevelStep step)
    {
        if (QuantizedValues.Levels(walk, value) is var (_, here))
        {
            return here == step;
        }

        return walk.OnlyFor(value) is { } node && ReferenceEquals(node.Outputs[0], value)
            && (node.Op is Reshape or Permute or Slice or Concat || (node.Op is MaxPool && walk.Uses(node.Outputs[1]) == 0))
            && node.Inputs.All(v => IsInLevels(walk, v, step));
    }

    private static Value InLevels(Rewriting walk, Value value)
    {
        if (QuantizedValues.Levels(walk, value) is var (levels, _))
        {
            return levels;
        }

        var node = walk.Maker(value)!;
        var op = node.Op is MaxPool pool ? new QuantizedMaxPool(pool.Kernel, pool.Stride, pool.Padding, pool.Dilation) : node.Op;
        return walk.Emit(op, [.. node.Inputs.Select(v => InLevels(walk, v))]);
    }
}
