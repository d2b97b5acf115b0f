namespace Mettle.Onnx;

/// <summary>Models and feature steps of the domain ai.onnx.ml.</summary>
internal static class ClassicalModels
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
