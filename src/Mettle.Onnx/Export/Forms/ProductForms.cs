namespace Mettle.Onnx;

/// <summary>Matrix products.</summary>
internal static class ProductForms
{
    public static IEnumerable<Form> All =>
    [
        Form.Of<MatMul>((c, _) => c.Give("MatMul", [Operand(c, 0), Operand(c, 1)])),
        Form.Of<Affine>(Affine),
    ];

    // Leading axes broadcast in ONNX; those of the other operand are whole then.
    private static string Operand(Emission c, int i)
    {
        var (loose, other) = (c.Loose(i), c.Loose(1 - i));
        var dims = c.Dims(i);
        bool matrix = loose.Dims.Length >= 2 && loose.Dims.AsSpan()[^2..].SequenceEqual(dims.AsSpan()[^2..]);
        bool otherWhole = other.Dims.AsSpan().SequenceEqual(c.Dims(1 - i));
        return matrix && otherWhole ? loose.Name : c.Full(i);
    }

    private static void Affine(Emission c, Affine op)
    {
        if (c.Dims(0).Length == 2)
        {
            var transposed = Attributes.Int("transB", 1);
            if (op.IsRectified)
            {
                c.Give("Relu", [c.Add("Gemm", c.All(), transposed)]);
            }
            else
            {
                c.Give("Gemm", c.All(), transposed);
            }

            return;
        }

        string weight = c.Constant(1) is { } w
            ? c.Writer.Constant(w.Transpose().Contiguous().Persist(), c.Writer.NameOf(w))
            : c.Add("Transpose", [c.Full(1)], Attributes.Ints("perm", [1, 0]));
        string[] operands = [c.Full(0), weight];
        bool biased = c.Count > 2;
        if (!biased && !op.IsRectified)
        {
            c.Give("MatMul", operands);
            return;
        }

        string y = c.Add("MatMul", operands);
        if (!op.IsRectified)
        {
            c.Give("Add", [y, c.Full(2)]);
            return;
        }

        c.Give("Relu", [biased ? c.Add("Add", [y, c.Full(2)]) : y]);
    }
}
