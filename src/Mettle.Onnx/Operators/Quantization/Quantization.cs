namespace Mettle.Onnx;

/// <summary>To and from 8- and 4-bit integers, and products of quantised tensors.</summary>
internal static class Quantization
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("QuantizeLinear", Quantize),
        Operator.Of("DequantizeLinear", Dequantize),
        Operator.Of("DynamicQuantizeLinear", QuantizeDynamic),
        Operator.Of("MatMulInteger", c => new TensorValue(Products(c.Tensor(0), c.Tensor(1), c.Optional(2), c.Optional(3)), ElementType.I32)),
        Operator.Of("QLinearMatMul", QuantizedMatMul),
        Operator.Of("ConvInteger", c => new TensorValue(QuantizedConvolution.Sums(c, c.Tensor(0), c.Tensor(1), c.Optional(2), c.Optional(3)), ElementType.I32)),
        Operator.Of("QLinearConv", QuantizedConvolution.Evaluate),
    ];

    /// <summary>
    /// round(x / scale) + zero point in <paramref name="type"/>, or the nearest value of it if it is one of the small floats.
    /// Scale and zero point broadcast to x.
    /// </summary>
    public static TensorValue Steps(Tensor x, Tensor scale, TensorValue? zero, ElementType type, bool saturate = true)
    {
        if (type is ElementType.U8 or ElementType.I8 && x.DType == DType.F32)
        {
            var none = Tensor.Zeros([], type.Storage());
            return new(Mettle.Quantize.Instance.Apply(x, scale.Broadcast(x.Shape), (zero?.Tensor ?? none).Broadcast(x.Shape)), type);
        }

        var steps = x / scale;
        if (type.IsTiny())
        {
            return new(Convert.To(zero is null ? steps : steps + zero.Tensor.To(steps.DType), type, saturate), type);
        }

        var (low, high) = Range(type);
        steps = steps.Round();
        steps = zero is null ? steps : steps + zero.Tensor.To(steps.DType);
        return Call.Result(steps.Clamp(low, high), type);
    }

    /// <summary>(q - zero point) scale in the type of the scale. Scale and zero point broadcast to q.</summary>
    public static Tensor Values(TensorValue q, Tensor scale, TensorValue? zero)
    {
        bool bytes = q.Type is ElementType.U8 or ElementType.I8;
        if (scale.DType == DType.F32 && (bytes || (q.Type == ElementType.I32 && zero is null)))
        {
            var all = scale.Broadcast(q.Tensor.Shape);
            return bytes
                ? Mettle.Dequantize.Instance.Apply(q.Tensor, all, (zero?.Tensor ?? Tensor.Zeros([], q.Tensor.DType)).Broadcast(q.Tensor.Shape))
                : Mettle.Dequantize.Instance.Apply(q.Tensor, all);
        }

        var computing = q.Type.Computing();
        var levels = q.Tensor.To(computing);
        return (zero is null ? levels : levels - zero.Tensor.To(computing)).To(scale.DType) * scale;
    }

    /// <summary>Sums of products of levels less their zero points, exact in i32; vectors are promoted as by NumPy's rule.</summary>
    public static Tensor Products(Tensor a, Tensor b, Tensor? aZero, Tensor? bZero)
    {
        var left = a.Rank == 1 ? a.Unsqueeze(0) : a;
        var right = b.Rank == 1 ? b.Unsqueeze(1) : b;
        var y = left.MatMulInteger(right, aZero, bZero);
        y = b.Rank == 1 ? y.Squeeze(-1) : y;
        return a.Rank == 1 ? y.Squeeze(b.Rank == 1 ? -1 : -2) : y;
    }

    /// <summary>Least and greatest level of an integer type.</summary>
    private static (double Low, double High) Range(ElementType type) => type switch
    {
        ElementType.U8 => (byte.MinValue, byte.MaxValue),
        ElementType.I8 => (sbyte.MinValue, sbyte.MaxValue),
        ElementType.U16 => (ushort.MinValue, ushort.MaxValue),
        ElementType.I16 => (short.MinValue, short.MaxValue),
        ElementType.U4 => (0, 15),
        ElementType.I4 => (-8, 7),
        _ => throw new ArgumentException($"{type} is not a type of quantised values."),
    };

    private static TensorValue Quantize(Call c)
    {
        var x = c.Type(0).IsFloat() ? c.Number(0) : c.Number(0).To(DType.F32);
        var shape = x.Shape;
        var zero = c.Has(2) ? c.Value<TensorValue>(2) : null;
        var type = c.Element("output_dtype", ElementType.None);
        type = zero is not null ? zero.Type : type == ElementType.None ? ElementType.U8 : type;
        var scale = Along(c, c.Number(1).To(x.DType), shape);
        return Steps(x, scale, zero is null ? null : zero with { Tensor = Along(c, zero.Tensor, shape) }, type, c.Flag("saturate", true));
    }

    private static TensorValue Dequantize(Call c)
    {
        var q = c.Value<TensorValue>(0);
        var zero = c.Has(2) ? c.Value<TensorValue>(2) : null;
        var type = c.Element("output_dtype", ElementType.None);
        var scale = Along(c, c.Number(1), q.Tensor.Shape);
        var values = Values(q, scale, zero is null ? null : zero with { Tensor = Along(c, zero.Tensor, q.Tensor.Shape) });
        return Call.Result(values, type == ElementType.None ? c.Type(1) : type);
    }

    // One element for all, one per index of the axis, or one per block of it; in a shape that broadcasts.
    private static Tensor Along(Call c, Tensor t, Shape shape)
    {
        if (t.Count == 1)
        {
            return t.Reshape(new Shape());
        }

        int axis = c.Axis(c.Int("axis", 1), shape.Rank);
        int[] dims = new int[shape.Rank];
        Array.Fill(dims, 1);
        dims[axis] = shape[axis];
        if (t.Rank == 1 && t.Shape[0] == shape[axis])
        {
            return t.Reshape(new Shape(dims));
        }

        int block = c.Int("block_size", 0);
        if (block < 1 || t.Rank != shape.Rank || t.Shape[axis] != (shape[axis] + (long)block - 1) / block || t.Shape != shape.With(axis, t.Shape[axis]))
        {
            throw c.Bad($"scales and zero points {t.Shape} do not fit {shape} along axis {axis} in blocks of {block}.");
        }

        var repeated = t.Unsqueeze(axis + 1);
        repeated = repeated.Broadcast(repeated.Shape.With(axis + 1, Math.Min(block, shape[axis])));
        return repeated.Reshape(t.Shape.With(axis, t.Shape[axis] * Math.Min(block, shape[axis]))).Narrow(axis, 0, shape[axis]);
    }

    private static OnnxValue[] QuantizeDynamic(Call c)
    {
        var (values, scale, zero) = c.Number(0).QuantizeDynamic();
        return [new TensorValue(values, ElementType.U8), new TensorValue(scale, ElementType.F32), new TensorValue(zero, ElementType.U8)];
    }

    // Inputs a, its scale and zero point, b and its, and those of the result; per row of a and per column of b, or one each.
    private static TensorValue QuantizedMatMul(Call c)
    {
        var a = c.Value<TensorValue>(0);
        var b = c.Value<TensorValue>(3);
        var (aScale, bScale) = (Column(c.Number(1)), c.Number(4));
        var target = c.Value<TensorValue>(7);
        bool bytes = a.Type is ElementType.U8 or ElementType.I8 && b.Type is ElementType.U8 or ElementType.I8;
        var y = bytes
            ? Products(a.Tensor, b.Tensor, c.Tensor(2), c.Tensor(5)).To(aScale.DType) * aScale * bScale
            : Values(a, aScale, c.Value<TensorValue>(2) with { Tensor = Column(c.Tensor(2)) }).MatMul(Values(b, bScale, c.Value<TensorValue>(5)));
        return Steps(y, Column(c.Number(6)), target with { Tensor = Column(target.Tensor) }, target.Type);
    }

    private static Tensor Column(Tensor t) => t.Count == 1 ? t.Reshape(new Shape()) : t.Rank == 1 ? t.Unsqueeze(1) : t;
}
