using System.Globalization;

namespace Mettle.Onnx;

/// <summary>Casts.</summary>
internal static class Conversions
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Cast", c => To(c, c.Element("to", ElementType.None))),
        Operator.Of("CastLike", c => To(c, c.Type(1))),
    ];

    private static OnnxValue To(Call c, ElementType type)
    {
        bool saturate = c.Flag("saturate", true);
        var rounding = c.Text("round_mode", "up") switch
        {
            "up" => Rounding.Up,
            "down" => Rounding.Down,
            "nearest" => Rounding.Nearest,
            var other => throw c.Bad($"the rounding must be up, down or nearest, not {OnnxException.Quote(other)}."),
        };
        return (c.Value(0), type) switch
        {
            (TextValue t, ElementType.Text) => t,
            (TextValue t, _) => new TensorValue(
                Convert.To(t.Texts.Count == 0 ? Tensor.Zeros(t.Shape, DType.F64) : Parsed(c, t, type), type, saturate, rounding), type),
            (TensorValue v, ElementType.Text) => new TextValue(Written(v), v.Tensor.Shape),
            (TensorValue v, _) when v.Type == type => v,
            (TensorValue v, _) => new TensorValue(Convert.To(v.Tensor, type, saturate, rounding), type),
            (var other, _) => throw c.Bad($"{other.Describe()} cannot be cast."),
        };
    }

    private static Tensor Parsed(Call c, TextValue texts, ElementType type)
    {
        if (type.IsFloat() || type == ElementType.Bool)
        {
            return Tensor.From([.. texts.Texts.Select(Number)], texts.Shape);
        }

        return type == ElementType.U64
            ? Tensor.From([.. texts.Texts.Select(t => ulong.TryParse(t, NumberStyles.Integer, CultureInfo.InvariantCulture, out ulong whole) ? whole : (ulong)Number(t))], texts.Shape)
            : Tensor.From([.. texts.Texts.Select(t => long.TryParse(t, NumberStyles.Integer, CultureInfo.InvariantCulture, out long whole) ? whole : (long)Number(t))], texts.Shape);

        double Number(string text) => text.Trim().ToUpperInvariant() switch
        {
            "INF" or "+INF" or "INFINITY" => double.PositiveInfinity,
            "-INF" or "-INFINITY" => double.NegativeInfinity,
            "NAN" => double.NaN,
            var plain => double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                ? number
                : throw c.Bad($"{OnnxException.Quote(text)} is no number."),
        };
    }

    // The shortest text that reads back as the same number of its type.
    private static string[] Written(TensorValue v) => v.Type switch
    {
        ElementType.F64 => Array.ConvertAll(v.Tensor.ToArray<double>(), x => Named(x, x.ToString("R", CultureInfo.InvariantCulture))),
        ElementType.F16 => Array.ConvertAll(v.Tensor.ToArray<Half>(), x => Named((double)x, x.ToString("R", CultureInfo.InvariantCulture))),
        ElementType.U64 => Array.ConvertAll(v.Tensor.ToArray<ulong>(), x => x.ToString(CultureInfo.InvariantCulture)),
        ElementType.Bool => Array.ConvertAll(v.Tensor.ToArray<bool>(), x => x ? "True" : "False"),
        _ when v.Type.IsFloat() => Array.ConvertAll(v.Tensor.To(DType.F32).ToArray<float>(), x => Named(x, x.ToString("R", CultureInfo.InvariantCulture))),
        _ => Array.ConvertAll(v.Tensor.To(DType.I64).ToArray<long>(), x => x.ToString(CultureInfo.InvariantCulture)),
    };

    private static string Named(double x, string digits)
        => double.IsNaN(x) ? "NaN" : double.IsPositiveInfinity(x) ? "INF" : double.IsNegativeInfinity(x) ? "-INF" : digits;
}
