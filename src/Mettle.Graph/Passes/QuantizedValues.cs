namespace Mettle.Graphs.Passes;

/// <summary>Step and zero point that all elements of a tensor share, and the type of its levels.</summary>
internal readonly record struct LevelStep(float Scale, int Zero, DType Type)
{
    /// <summary>Least level of the type.</summary>
    public int Lowest => Type == DType.I8 ? sbyte.MinValue : 0;

    /// <summary>Greatest level of the type.</summary>
    public int Highest => Lowest + byte.MaxValue;

    /// <summary>The scale as an operand of <paramref name="shape"/>.</summary>
    public Value ScaleOf(Shape shape) => Rewriting.Constant(Tensor.Scalar(Scale).Broadcast(shape));

    /// <summary>The zero point as an operand of <paramref name="shape"/>.</summary>
    public Value ZeroOf(Shape shape) => Rewriting.Constant(Tensor.FromBytes([(byte)Zero], [], Type).Broadcast(shape));

    /// <summary>Whether limiting values to at least <paramref name="least"/> before they are rounded to levels changes none of them.</summary>
    public bool CoversFrom(double least) => Math.Round(least / Scale) + Zero <= Lowest;

    /// <summary>Whether limiting values to at most <paramref name="most"/> before they are rounded to levels changes none of them.</summary>
    public bool CoversTo(double most) => Math.Round(most / Scale) + Zero >= Highest;
}

/// <summary>Constant weights as levels, with a scale and a zero point for each element.</summary>
internal sealed record LevelWeights(Tensor Levels, Tensor Scale, Tensor Zero);

/// <summary>What passes read from quantisation nodes.</summary>
internal static class QuantizedValues
{
    // Sums of products of u8 and i8 wrap around beyond this depth.
    private const int MostProducts = 65000;

    /// <summary>What a <see cref="Quantize"/> or <see cref="Dequantize"/> node does, where it does the same to all elements.</summary>
    public static LevelStep? Step(GraphNode node)
        => node.Inputs.Count == 3 && node.Inputs[1].Constant is { } scale && node.Inputs[2].Constant is { } zero
            && Same(scale) is { } s && s.ToBytes() is var bytes && Same(zero)?.ToBytes()[0] is { } z
            && BitConverter.ToSingle(bytes) is > 0 and < float.PositiveInfinity and var step
            ? new(step, zero.DType == DType.I8 ? (sbyte)z : z, zero.DType)
            : null;

    /// <summary>Integers and their step, if <paramref name="value"/> is nothing but these dequantised.</summary>
    public static (Value Levels, LevelStep Step)? Levels(Rewriting walk, Value value)
        => walk.Maker(value) is { Op: Dequantize } node && node.Inputs[0].Constant is null && Step(node) is { } step ? (node.Inputs[0], step) : null;

    /// <summary>Constant weights that were dequantised, and perhaps moved since.</summary>
    public static LevelWeights? Weights(Rewriting walk, Value value)
    {
        if (walk.Maker(value) is not { } node)
        {
            return null;
        }

        if (node.Op is Dequantize)
        {
            return node.Inputs.Count == 3 && node.Inputs.All(v => v.Constant is not null)
                ? new(node.Inputs[0].Constant!, node.Inputs[1].Constant!, node.Inputs[2].Constant!)
                : null;
        }

        return node.Op is Reshape or Permute or Slice && Weights(walk, node.Inputs[0]) is { } inner
            ? new(node.Op.Apply(inner.Levels), node.Op.Apply(inner.Scale), node.Op.Apply(inner.Zero))
            : null;
    }

    /// <summary>Scale and zero point of each index of the first axis; null where they differ along another, or sums might wrap around.</summary>
    public static (Tensor Scale, Tensor Zero)? PerChannel(LevelWeights weights)
    {
        long depth = weights.Levels.Shape[0] == 0 ? 0 : weights.Levels.Count / weights.Levels.Shape[0];
        return depth is > 0 and <= MostProducts && weights.Scale.Along(0) is { } scale && weights.Zero.Along(0) is { } zero
            ? (scale.Contiguous(), zero.Contiguous())
            : null;
    }

    /// <summary>A constant row, be it f32 or dequantised.</summary>
    public static Tensor? Row(Rewriting walk, Value value)
    {
        if (value.Constant is { } known)
        {
            return known.Contiguous();
        }

        return walk.Maker(value) is { Op: Dequantize or Reshape } node && node.Inputs.Select(v => Row(walk, v)).ToArray() is var operands && Array.TrueForAll(operands, t => t is not null)
            ? node.Op.ApplyAll(operands!)[0]
            : null;
    }

    // The one element that all are.
    private static Tensor? Same(Tensor tensor)
    {
        if (tensor.Count == 0)
        {
            return null;
        }

        var first = Enumerable.Range(0, tensor.Rank).Aggregate(tensor, (t, axis) => t.Narrow(axis, 0, 1));
        bool single = Enumerable.Range(0, tensor.Rank).All(i => tensor.Strides[i] == 0 || tensor.Shape[i] == 1);
        return single || tensor.ToBytes().AsSpan().SequenceEqual(first.Broadcast(tensor.Shape).ToBytes()) ? first : null;
    }
}
