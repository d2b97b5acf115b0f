namespace Mettle.Onnx;

/// <summary>To and from 8- and 4-bit integers, and products of quantised tensors.</summary>
internal static class Quantization
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
