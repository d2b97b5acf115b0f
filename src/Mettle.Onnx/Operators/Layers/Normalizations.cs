namespace Mettle.Onnx;

/// <summary>Normalisations.</summary>
internal static class Normalizations
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
