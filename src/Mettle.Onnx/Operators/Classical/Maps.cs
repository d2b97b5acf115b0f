using System.Globalization;

namespace Mettle.Onnx;

/// <summary>Numbers by key, to and from tensors.</summary>
internal static class Maps
{
    /// <summary>ZipMap: each row of scores [N, classes] with the classes' labels as keys.</summary>
    public static SequenceValue Zip(Call c)
    {
        var x = c.Tensor(0);
        string[]? texts = c.Texts("classlabels_strings") is { Length: > 0 } names ? names : null;
        long[]? integers = texts is null ? c.Attribute("classlabels_int64s")?.Ints?.ToArray() ?? throw c.Bad("it has no labels.") : null;
        int width = texts?.Length ?? integers!.Length;
        return x.Rank is 1 or 2 && x.Shape[^1] == width
            ? new(new ZippedRows(x.Rank == 1 ? x.Unsqueeze(0) : x, texts, integers), ElementType.F32)
            : throw c.Bad($"{width} labels do not fit scores {x.Shape}.");
    }

    /// <summary>DictVectorizer: values at the places that a vocabulary gives their keys, as [1, vocabulary].</summary>
    public static TensorValue Vectorize(Call c)
    {
        var map = c.Value<MapValue>(0);
        var (vocabulary, keys) = map.Texts is { } texts
            ? ((c.Texts("string_vocabulary") ?? []).Cast<object>(), texts.Cast<object>())
            : ((c.Attribute("int64_vocabulary")?.Ints ?? []).Cast<object>(), (map.Integers ?? []).Cast<object>());
        var values = keys.Zip(map.Values).ToDictionary(p => p.First, p => p.Second);
        float[] row = [.. vocabulary.Select(k => values.GetValueOrDefault(k))];
        return new(Tensor.From(row, [1, row.Length]), ElementType.F32);
    }

    /// <summary>CastMap: values in the order of their integer keys, or each at the place that its key names.</summary>
    public static OnnxValue Cast(Call c)
    {
        var map = c.Value<MapValue>(0);
        var pairs = (map.Integers ?? throw c.Bad("its keys must be integers.")).Zip(map.Values).OrderBy(p => p.First).ToArray();
        float[] row = Array.ConvertAll(pairs, p => p.Second);
        if (c.Text("map_form", "DENSE") == "SPARSE")
        {
            row = new float[Shapes.Dims(c, [c.Int("max_map", 1)])[0]];
            foreach (var (key, value) in pairs)
            {
                row[key >= 0 && key < row.Length ? key : throw c.Bad($"the key {key} is outside {row.Length} places.")] = value;
            }
        }

        Shape shape = [1, row.Length];
        return c.Text("cast_to", "TO_FLOAT") switch
        {
            "TO_FLOAT" => new TensorValue(Tensor.From(row, shape), ElementType.F32),
            "TO_INT64" => new TensorValue(Tensor.From(row, shape).To(DType.I64), ElementType.I64),
            "TO_STRING" => new TextValue([.. row.Select(v => v.ToString(CultureInfo.InvariantCulture))], shape),
            var other => throw c.Bad($"there is no cast {OnnxException.Quote(other)}; there are TO_FLOAT, TO_INT64 and TO_STRING."),
        };
    }
}
