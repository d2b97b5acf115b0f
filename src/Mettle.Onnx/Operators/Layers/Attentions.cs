namespace Mettle.Onnx;

/// <summary>Attention and its positions.</summary>
internal static class Attentions
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
