namespace Mettle.Onnx;

/// <summary>Activation functions, softmax and its kin.</summary>
internal static class Activations
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
