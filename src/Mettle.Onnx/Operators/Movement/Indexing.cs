namespace Mettle.Onnx;

/// <summary>Reading and writing by positions.</summary>
internal static class Indexing
{
    public static IEnumerable<Operator> All =>
    [
    ];
}
