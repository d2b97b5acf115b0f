using System.Globalization;

namespace Mettle.Onnx.Fuzz;

/// <summary>Inputs for a model, from what it declares alone.</summary>
internal static class Given
{
    private const long MostElements = 1 << 20;
    private const int Unknown = 2;

    public static Dictionary<string, OnnxValue> For(OnnxModel model)
    {
        var key = RandomKey.FromSeed(5).For("given");
        var given = new Dictionary<string, OnnxValue>(StringComparer.Ordinal);
        foreach (var port in model.Graph.Required)
        {
            given[port.Name] = Value(port.Type ?? new OnnxType(OnnxKind.Tensor, ElementType.F32, ["2", "3"]), key.At(given.Count));
        }

        return given;
    }

    private static OnnxValue Value(OnnxType type, RandomKey key) => type.Kind switch
    {
        OnnxKind.Sequence => new SequenceValue([Tensor(type, key), Tensor(type, key.At(1))], type.Element),
        OnnxKind.Optional => new OptionalValue(Tensor(type, key)),
        OnnxKind.Map => new MapValue(null, [0, 1], [0.5f, -0.5f]),
        _ => Tensor(type, key),
    };

    private static OnnxValue Tensor(OnnxType type, RandomKey key)
    {
        int[] dims = [.. (type.Dims ?? ["2", "3"]).Take(8).Select(d => int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : Unknown)];
        for (int i = 0; dims.Aggregate(1.0, (a, d) => a * d) > MostElements; i++)
        {
            dims[i] = Math.Min(dims[i], Unknown);
        }

        var shape = new Shape(dims);
        if (type.Element == ElementType.Text)
        {
            return new TextValue([.. Enumerable.Range(0, (int)shape.Count).Select(i => $"text {i}")], shape);
        }

        var element = type.Element is ElementType.None or ElementType.C64 or ElementType.C128 ? ElementType.F32 : type.Element;
        var numbers = element.IsFloat() ? Mettle.Tensor.Normal(key, shape) : (Mettle.Tensor.Uniform(key, shape) * 4).To(DType.I32);
        return new TensorValue(Onnx.Convert.To(numbers, element), element);
    }
}
