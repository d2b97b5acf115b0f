namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Sums of products.</summary>
internal static class ContractionOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("affine", (op, x) => [Affine((Affine)op, x[0], x[1], x.Length == 3 ? x[2] : null)]),
        new("matmul", (_, x) => [MatMul(x[0], x[1])]),
    ];

    private static NdArray Affine(Affine op, NdArray x, NdArray w, NdArray? b)
        => NdArray.From([.. x.Shape[..^1], w.Shape[0]], x.Type, i =>
        {
            double sum = b?[[i[^1]]] ?? 0;
            for (int k = 0; k < w.Shape[1]; k++)
            {
                sum += x[[.. i[..^1], k]] * w[[i[^1], k]];
            }

            return op.IsRectified ? Math.Max(sum, 0) : sum;
        });

    private static NdArray MatMul(NdArray a, NdArray b)
        => NdArray.From([.. a.Shape[..^1], b.Shape[^1]], a.Type, i =>
        {
            double sum = 0;
            for (int k = 0; k < a.Shape[^1]; k++)
            {
                sum += a[[.. i[..^1], k]] * b[[.. i[..^2], k, i[^1]]];
            }

            return sum;
        });
}
