namespace Mettle.Onnx;

/// <summary>Recurrent layers.</summary>
internal static class Recurrent
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
