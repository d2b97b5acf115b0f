namespace Mettle.Onnx;

/// <summary>Matrix products and sums of products.</summary>
internal static class Products
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
