namespace Mettle.Onnx;

/// <summary>Sums, means, extremes and norms over axes; positions of extremes; running sums.</summary>
internal static class Reductions
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
