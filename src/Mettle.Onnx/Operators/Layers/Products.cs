namespace Mettle.Onnx;

/// <summary>Matrix products and sums of products.</summary>
internal static class Products
{
    // Integer products are summed in steps that hold about this many terms.
    private const long MostTerms = 1 << 22;

    public static IEnumerable<Operator> All =>
    [
        Operator.Of("MatMul", c => c.Result(MatMul(c.Number(0), c.Number(1)))),
        Operator.Of("Gemm", Gemm),
        Operator.Of("Einsum", Einsum.Evaluate),
    ];

    /// <summary>NumPy's matmul, of integers too (they wrap around): vectors count as one row or column, leading axes broadcast.</summary>
    public static Tensor MatMul(Tensor a, Tensor b)
    {
        if (a.Rank == 0 || b.Rank == 0)
        {
            throw new ArgumentException($"A matrix product needs at least one axis on both sides, got {a.Shape} and {b.Shape}.");
        }

        var y = Matrices(a.Rank == 1 ? a.Unsqueeze(0) : a, b.Rank == 1 ? b.Unsqueeze(1) : b);
        y = b.Rank == 1 ? y.Squeeze(-1) : y;
        return a.Rank == 1 ? y.Squeeze(b.Rank == 1 ? -1 : -2) : y;
    }

    /// <summary>Matrices [..., M, K] times [..., K, N]; leading axes broadcast.</summary>
    public static Tensor Matrices(Tensor a, Tensor b)
    {
        if (a.DType.IsFloat())
        {
            return a.MatMul(b);
        }

        if (a.Shape[^1] != b.Shape[^2] || a.DType != b.DType)
        {
            throw new ArgumentException($"{a.Spec} and {b.Spec} do not fit: the last axis of the first must equal the last but one of the second.");
        }

        int depth = a.Shape[^1];
        var lead = Shape.Broadcast(new Shape(a.Shape.Dims[..^2]), new Shape(b.Shape.Dims[..^2]), "matmul");
        Shape shape = [.. lead.Dims, a.Shape[^2], b.Shape[^1]];
        var sum = Tensor.Zeros(shape, a.DType);
        int step = (int)Math.Clamp(MostTerms / Math.Max(1, shape.Count), 1, Math.Max(1, depth));
        for (int k = 0; k < depth; k += step)
        {
            int to = Math.Min(depth, k + step);
            sum += (a.Narrow(-1, k, to).Unsqueeze(-1) * b.Narrow(-2, k, to).Unsqueeze(-3)).Sum(-2);
        }

        return sum;
    }

    private static TensorValue Gemm(Call c)
    {
        var (a, b) = (c.Number(0), c.Number(1));
        if (a.Rank != 2 || b.Rank != 2)
        {
            throw c.Bad($"it needs two matrices, not {a.Shape} and {b.Shape}.");
        }

        a = c.Flag("transA") ? a.Transpose() : a;
        bool turned = c.Flag("transB");
        int rows = a.Shape[0], columns = b.Shape[turned ? 0 : 1];
        float alpha = c.Float("alpha", 1), beta = c.Float("beta", 1);
        var addend = beta == 0 ? null : c.OptionalNumber(2);
        if (addend is not null && Shape.Broadcast(addend.Shape, [rows, columns], "gemm") != [rows, columns])
        {
            throw c.Bad($"C is {addend.Shape}, which does not broadcast to the product's shape [{rows}, {columns}].");
        }

        if (a.DType.IsFloat())
        {
            addend = addend is null || beta == 1 ? addend : addend * beta;
            bool row = addend is not null && alpha == 1 && (addend.Rank < 2 || addend.Shape[0] == 1);
            var bias = row ? addend!.Reshape((int)addend.Count).Broadcast([columns]) : null;
            var y = a.Affine(turned ? b : b.Transpose(), bias);
            y = alpha == 1 ? y : y * alpha;
            return c.Result(row || addend is null ? y : y + addend);
        }

        var product = Matrices(a, turned ? b.Transpose() : b);
        if (alpha == 1 && beta == 1)
        {
            return c.Result(addend is null ? product : product + addend);
        }

        var scaled = product.To(DType.F64) * alpha;
        return c.Result((addend is null ? scaled : scaled + (addend.To(DType.F64) * beta)).To(a.DType));
    }
}
