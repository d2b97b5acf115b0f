namespace Mettle.Onnx;

/// <summary>Sequences and optional values.</summary>
internal static class Sequences
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
