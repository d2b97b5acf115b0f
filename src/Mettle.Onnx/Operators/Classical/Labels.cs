namespace Mettle.Onnx;

/// <summary>Names of classes and categories.</summary>
internal static class Labels
{
    /// <summary>The labels that a classifier declares under either of two names.</summary>
    public static OnnxValue Of(Call c, string integers, string texts)
        => c.Texts(texts) is { Length: > 0 } names ? new TextValue(names, [names.Length])
            : c.Attribute(integers)?.Ints is { Count: > 0 } numbers ? OnnxValue.From(Tensor.From(numbers.ToArray()))
            : throw c.Bad($"it needs '{integers}' or '{texts}'.");

    /// <summary>The labels that indices name.</summary>
    public static OnnxValue Pick(OnnxValue labels, Tensor index) => Moved.By(labels, x => x.IndexSelect(0, index));

    /// <summary>LabelEncoder of all versions.</summary>
    public static OnnxValue Encode(Call c)
    {
        if (c.Texts("classes_strings") is { } classes)
        {
            return Between(c, [.. Enumerable.Range(0, classes.Length).Select(i => (long)i)], classes);
        }

        object[] keys = Listed(c, "keys") ?? throw c.Bad("it has no keys.");
        var values = Given(c, "values") ?? throw c.Bad("it has no values.");
        var otherwise = c.Attribute("default_tensor")?.Value ?? values switch
        {
            TextValue => new TextValue([c.Text("default_string", "_Unused")], [1]),
            TensorValue { Type: var type } => Call.Result(
                type.IsFloat() ? Tensor.From([c.Float("default_float", -0f)]) : Tensor.From([c.Attribute("default_int64")?.Int ?? -1]), type),
            _ => throw c.Bad("its values are no tensor."),
        };
        if (Moved.Shape(values).Count != keys.Length || Moved.Shape(otherwise).Count != 1)
        {
            throw c.Bad($"{keys.Length} keys do not fit the values {values.Describe()} and the default {otherwise.Describe()}.");
        }

        // A key that is there twice counts where it is last; before version 4 where it is first.
        var places = new Dictionary<object, long>();
        for (int i = 0; i < keys.Length; i++)
        {
            if (c.Opset >= 4 || !places.ContainsKey(keys[i]))
            {
                places[keys[i]] = i;
            }
        }

        long[] found = [.. Objects(c.Value(0)).Select(o => places.TryGetValue(o, out long place) ? place : keys.Length)];
        return Moved.Join(
            [values, otherwise], t => Tensor.Concat(0, t[0].Flatten(), t[1].Flatten()).IndexSelect(0, Tensor.From(found, Moved.Shape(c.Value(0)))));
    }

    /// <summary>CategoryMapper: numbers to names or names to numbers, by the type of the input.</summary>
    public static OnnxValue MapCategories(Call c)
        => Between(c, c.Attribute("cats_int64s")?.Ints?.ToArray() ?? [], c.Texts("cats_strings") ?? []);

    private static OnnxValue Between(Call c, long[] numbers, string[] texts)
    {
        if (numbers.Length != texts.Length)
        {
            throw c.Bad($"{numbers.Length} numbers do not fit {texts.Length} names.");
        }

        if (c.Value(0) is TextValue names)
        {
            var to = texts.Zip(numbers).GroupBy(p => p.First, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Second, StringComparer.Ordinal);
            long missing = c.Attribute("default_int64")?.Int ?? -1;
            return OnnxValue.From(Tensor.From([.. names.Texts.Select(t => to.GetValueOrDefault(t, missing))], names.Shape));
        }

        var from = numbers.Zip(texts).GroupBy(p => p.First).ToDictionary(g => g.Key, g => g.Last().Second);
        string other = c.Text("default_string", "_Unused");
        return new TextValue([.. c.Whole(0).Select(i => from.GetValueOrDefault(i, other))], c.Tensor(0).Shape);
    }

    private static OnnxValue? Given(Call c, string name)
        => c.Attribute($"{name}_tensor")?.Value
            ?? (c.Texts($"{name}_strings") is { Length: > 0 } texts ? new TextValue(texts, [texts.Length])
            : c.Attribute($"{name}_int64s")?.Ints is { Count: > 0 } integers ? OnnxValue.From(Tensor.From(integers.ToArray()))
            : c.Floats($"{name}_floats") is { Length: > 0 } floats ? OnnxValue.From(Tensor.From(floats))
            : null);

    private static object[]? Listed(Call c, string name) => Given(c, name) is { } value ? [.. Objects(value)] : null;

    // Keys and inputs are compared as strings, doubles or integers; all NaN are equal to each other so.
    private static IEnumerable<object> Objects(OnnxValue value) => value switch
    {
        TextValue t => t.Texts,
        TensorValue t when t.Type.IsFloat() => t.Tensor.To(DType.F64).ToArray<double>().Cast<object>(),
        TensorValue t => t.Tensor.To(DType.I64).ToArray<long>().Cast<object>(),
        _ => throw new ArgumentException($"a tensor is needed, not {value.Describe()}."),
    };
}
