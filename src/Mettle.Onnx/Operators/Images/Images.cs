namespace Mettle.Onnx;

/// <summary>Resizing, sampling and boxes.</summary>
internal static class Images
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
