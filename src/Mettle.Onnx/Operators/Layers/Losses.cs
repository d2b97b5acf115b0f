namespace Mettle.Onnx;

/// <summary>Losses and optimisation steps.</summary>
internal static class Losses
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
