namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Sums of products.</summary>
internal static class ContractionOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("matmul", (_, x) => [MatMul(x[0], x[1])]),
    ];

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
