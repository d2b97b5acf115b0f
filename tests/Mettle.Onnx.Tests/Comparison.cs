namespace Mettle.Onnx.Tests;

/// <summary>Whether a result is the recorded one: floats within a bound, all else exactly.</summary>
internal static class Comparison
{
    private const double Coarse = 2e-2;

    public static string? Difference(OnnxValue expected, OnnxValue? actual, double relative, double absolute) => (expected, actual) switch
    {
        (OptionalValue { Item: null }, null or OptionalValue { Item: null }) => null,
        (OptionalValue { Item: { } e }, OptionalValue { Item: { } a }) => Difference(e, a, relative, absolute),
        (OptionalValue { Item: { } e }, not null) => Difference(e, actual, relative, absolute),
        (not OptionalValue, OptionalValue { Item: { } a }) => Difference(expected, a, relative, absolute),
        (TensorValue e, TensorValue a) => Tensors(e, a, relative, absolute),
        (TextValue e, TextValue a) => e.Shape == a.Shape && e.Texts.SequenceEqual(a.Texts, StringComparer.Ordinal)
            ? null : $"expected {e.Describe()} [{string.Join(", ", e.Texts)}], got {a.Describe()} [{string.Join(", ", a.Texts)}]",
        (SequenceValue e, SequenceValue a) => e.Items.Count != a.Items.Count
            ? $"expected {e.Items.Count} items, got {a.Items.Count}"
            : e.Items.Zip(a.Items).Select((p, i) => Difference(p.First, p.Second, relative, absolute) is { } d ? $"item {i}: {d}" : null).FirstOrDefault(d => d is not null),
        _ => $"expected {expected.Describe()}, got {actual?.Describe() ?? "nothing"}",
    };

    private static string? Tensors(TensorValue e, TensorValue a, double relative, double absolute)
    {
        if (e.Type != a.Type || e.Tensor.Shape != a.Tensor.Shape || a.Tensor.DType != a.Type.Storage())
        {
            return $"expected {e.Describe()}, got {a.Describe()} (kept as {a.Tensor.DType})";
        }

        if (!e.Type.IsFloat())
        {
            return e.Tensor.ToBytes().AsSpan().SequenceEqual(a.Tensor.ToBytes()) ? null : $"expected {Show(e)}, got {Show(a)}";
        }

        if (e.Type is ElementType.F16 or ElementType.BF16 || e.Type.IsTiny())
        {
            (relative, absolute) = (Coarse, Math.Max(absolute, 1e-3));
        }

        double[] x = e.Tensor.To(DType.F64).ToArray<double>(), y = a.Tensor.To(DType.F64).ToArray<double>();
        for (int i = 0; i < x.Length; i++)
        {
            bool same = x[i] == y[i] || (double.IsNaN(x[i]) && double.IsNaN(y[i])) || Math.Abs(x[i] - y[i]) <= absolute + (relative * Math.Abs(x[i]));
            if (!same)
            {
                return $"element {i} of {e.Describe()}: expected {x[i]:R}, got {y[i]:R}";
            }
        }

        return null;
    }

    private static string Show(TensorValue v)
        => $"{v.Describe()} {{{string.Join(", ", v.Tensor.To(DType.I64).ToArray<long>().Take(24))}}}";
}
