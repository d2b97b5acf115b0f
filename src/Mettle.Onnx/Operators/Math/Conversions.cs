namespace Mettle.Onnx;

/// <summary>Casts.</summary>
internal static class Conversions
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
