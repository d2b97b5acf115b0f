namespace Mettle.Onnx;

/// <summary>Bodies that run conditionally or repeatedly.</summary>
internal static class Control
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
