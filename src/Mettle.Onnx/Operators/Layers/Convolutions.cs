namespace Mettle.Onnx;

/// <summary>Convolutions.</summary>
internal static class Convolutions
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
