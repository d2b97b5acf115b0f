namespace Mettle.Onnx;

/// <summary>Fourier transforms.</summary>
internal static class Signals
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
