namespace Mettle.Onnx;

/// <summary>8-bit ops.</summary>
internal static class QuantizedForms
{
    public static IEnumerable<Form> All =>
    [
        Form.Of<Quantize>((c, _) => Quantized(c)),
        Form.Of<Dequantize>((c, _) => Dequantized(c)),
        Form.Of<MatMulInteger>((c, _) => Product(c)),
        Form.Of<ConvInteger>((c, op) => c.Give(
            "ConvInteger", c.All(), Attributes.Ints("strides", op.Stride), Both(op.Padding, op.Stride.Count), Attributes.Ints("dilations", op.Dilation), Attributes.Int("group", op.Groups))),
        Form.Of<QuantizedLinear>((c, op) => Product(c, op, (x, zero) => c.Add(
            "MatMulInteger", [x, c.Own(op.Unpack().Transpose()), zero, c.Own(Zeros(op))]), channels: 0)),
        Form.Of<QuantizedConv>((c, op) => Product(c, op, (x, zero) => c.Add(
            "ConvInteger", [x, c.Own(op.Unpack()), zero, c.Own(Zeros(op))],
            Attributes.Ints("strides", op.Stride), Attributes.Ints("pads", op.Padding), Attributes.Ints("dilations", op.Dilation), Attributes.Int("group", op.Groups)), channels: op.Stride.Count)),
    ];

    private static Protos.AttributeProto Both(IReadOnlyList<int> padding, int axes)
        => Attributes.Ints("pads", padding.Count == axes ? [.. padding, .. padding] : padding);

    private static void Quantized(Emission c)
    {
        if (Axis(c, out int? axis))
        {
            c.Give("QuantizeLinear", [c.Full(0), Line(c, 1, axis), Line(c, 2, axis)], Along(c, axis));
            return;
        }

        var (low, high) = c.Type(2) == DType.U8 ? (0.0, 255.0) : (-128.0, 127.0);
        string steps = c.Add("Round", [c.Add("Div", [c.Full(0), c.Full(1)])]);
        string moved = c.Add("Add", [steps, Floats(c, c.Full(2))]);
        string bounded = c.Add("Clip", [moved, c.Own(Tensor.Scalar(low, DType.F32)), c.Own(Tensor.Scalar(high, DType.F32))]);
        c.Give("Cast", [bounded], Attributes.Int("to", (int)ElementTypes.Of(c.Type(2))));
    }

    private static void Dequantized(Emission c)
    {
        if (Axis(c, out int? axis))
        {
            string[] zero = c.Count > 2 ? [Line(c, 2, axis)] : [];
            c.Give("DequantizeLinear", [c.Full(0), Line(c, 1, axis), .. zero], Along(c, axis));
            return;
        }

        string levels = Floats(c, c.Full(0));
        levels = c.Count > 2 ? c.Add("Sub", [levels, Floats(c, c.Full(2))]) : levels;
        c.Give("Mul", [levels, c.Full(1)]);
    }

    // Each row of a may have its zero point, and each column of b. Few runtimes take those of rows: then the levels are centred first.
    private static void Product(Emission c)
    {
        bool columns = Varying(c, 3) is [-1] && c.Dims(0).Length == 2;
        if (Varying(c, 2).Length == 0 && (columns || Varying(c, 3).Length == 0))
        {
            c.Give("MatMulInteger", [c.Full(0), c.Full(1), Line(c, 2, null), Line(c, 3, columns ? -1 : null)]);
            return;
        }

        string Centred(int i) => c.Add("Sub", [Whole(c.Full(i)), Whole(c.Full(i + 2))]);
        string Whole(string name) => c.Add("Cast", [name], Attributes.Int("to", (int)ElementType.I32));
        c.Give("MatMul", [Centred(0), Centred(1)]);
    }

    private static string Floats(Emission c, string name) => c.Add("Cast", [name], Attributes.Int("to", (int)ElementType.F32));

    private static Protos.AttributeProto[] Along(Emission c, int? axis) => axis is { } k ? [Attributes.Int("axis", c.Dims(0).Length + k)] : [];

    // Whether scale and zero point are one number or, along one axis, one for each place: all that ONNX knows.
    private static bool Axis(Emission c, out int? axis)
    {
        int[] axes = [.. Enumerable.Range(1, c.Count - 1).SelectMany(i => Varying(c, i)).Distinct()];
        axis = axes is [var only] ? only : null;
        return axes.Length == 0 || (axes.Length == 1 && c.Dims(1)[c.Dims(1).Length + axes[0]].IsFixed);
    }

    // Axes, counted from the end, along which an operand is not the same everywhere.
    private static int[] Varying(Emission c, int i)
    {
        var dims = c.Loose(i).Dims;
        return [.. Enumerable.Range(-dims.Length, dims.Length).Where(k => dims[dims.Length + k] != new Dim(1))];
    }

    // A number, or the numbers along an axis.
    private static string Line(Emission c, int i, int? axis)
    {
        string name = c.Loose(i).Name;
        if (axis is not { } along)
        {
            return c.Writer.Reshape(name, []);
        }

        Dim[] line = [c.Dims(i)[c.Dims(i).Length + along]];
        return Varying(c, i).Length == 0 ? c.Writer.Expand(c.Writer.Reshape(name, []), line) : c.Writer.Reshape(name, line);
    }

    private static Tensor Zeros(QuantizedProduct op)
        => op.WeightZeros.All(z => z == op.WeightZeros[0])
            ? Tensor.From([op.WeightZeros[0]], []).To(op.WeightType)
            : Tensor.From([.. op.WeightZeros]).To(op.WeightType);

    // Sums as i32, then what the operands ask for: see QuantizedProduct.
    private static void Product(Emission c, QuantizedProduct op, Func<string, string, string> sums, int channels)
    {
        Dim[] perChannel = [new(op.WeightScales.Count), .. Enumerable.Repeat(new Dim(1), channels)];
        string scales = c.Own(Tensor.From([.. op.WeightScales]).Reshape(new Shape([.. perChannel.Select(d => d.Size)])));
        bool plain = c.Count == 2, whole = c.Count > 4;
        string sum = sums(c.Full(0), c.Full(plain ? 1 : 2));
        if (plain)
        {
            c.Give(op.IsRectified ? "Relu" : "Identity", [sum]);
            return;
        }

        string factor = c.Add("Mul", [c.Full(1), scales]);
        if (!whole)
        {
            string floats = c.Add("Cast", [sum], Attributes.Int("to", (int)ElementType.F32));
            var (last, operands) = c.Count == 3 ? ("Mul", new[] { floats, factor }) : ("Add", [c.Add("Mul", [floats, factor]), c.Shaped(3, perChannel)]);
            if (op.IsRectified)
            {
                (last, operands) = ("Relu", [c.Add(last, operands)]);
            }

            c.Give(last, operands);
            return;
        }

        sum = c.Count > 5 ? c.Add("Add", [sum, c.Shaped(5, perChannel)]) : sum;
        string steps = c.Add("Mul", [c.Add("Cast", [sum], Attributes.Int("to", (int)ElementType.F32)), c.Add("Div", [factor, c.Full(3)])]);
        steps = op.IsRectified ? c.Add("Relu", [steps]) : steps;
        c.Give("QuantizeLinear", [steps, c.Own(Tensor.Scalar(1, DType.F32)), c.Full(4)]);
    }
}
