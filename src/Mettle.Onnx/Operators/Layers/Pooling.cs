namespace Mettle.Onnx;

/// <summary>Pooling.</summary>
internal static class Pooling
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
