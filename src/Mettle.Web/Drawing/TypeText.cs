using System.Globalization;
using Mettle.Onnx;

namespace Mettle.Web.Drawing;

/// <summary>Types as short texts: dimensions joined by ×, the element type in front unless it is f32.</summary>
internal static class TypeText
{
    public static string Of(OnnxType type)
    {
        string element = type.Element is ElementType.F32 or ElementType.None && type.Kind == OnnxKind.Tensor ? "" : type.Element.ToString().ToLowerInvariant();
        string dims = type.Dims is null ? "" : type.Dims.Count == 0 ? "scalar" : string.Join('×', type.Dims.Select(Dim));
        string tensor = $"{element} {dims}".Trim();
        return type.Kind == OnnxKind.Tensor ? tensor : $"{type.Kind.ToString().ToLowerInvariant()} of {tensor}";
    }

    public static string Of(TensorSpec spec) => spec.DType == DType.F32 ? Of(spec.Shape) : $"{spec.DType.Label()} {Of(spec.Shape)}";

    public static string Of(Shape shape)
        => shape.Rank == 0 ? "scalar" : string.Join('×', shape.Dims.ToArray().Select(d => d.ToString(CultureInfo.InvariantCulture)));

    private static string Dim(string? dim) => dim is null ? "?" : dim.Contains(' ', StringComparison.Ordinal) && !(dim.StartsWith("floor(", StringComparison.Ordinal) && dim.IndexOf(')', StringComparison.Ordinal) == dim.Length - 1) ? $"({dim})" : dim.Replace('*', '·');
}
