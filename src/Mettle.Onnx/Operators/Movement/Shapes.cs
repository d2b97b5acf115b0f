namespace Mettle.Onnx;

/// <summary>Reshaping, joining, cutting, padding and reordering.</summary>
internal static class Shapes
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
