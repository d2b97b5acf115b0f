namespace Mettle.Onnx;

/// <summary>Strings.</summary>
internal static class Texts
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
