namespace Mettle.Onnx;

/// <summary>Values that come from nowhere: constants, ranges, windows, random numbers.</summary>
internal static class Constants
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
