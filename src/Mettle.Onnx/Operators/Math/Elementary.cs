namespace Mettle.Onnx;

/// <summary>Functions of one operand from mathematics, and clipping.</summary>
internal static class Elementary
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
