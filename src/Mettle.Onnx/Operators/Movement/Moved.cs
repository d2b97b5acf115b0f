namespace Mettle.Onnx;

/// <summary>Operators that only move elements treat numbers and strings alike: strings are moved by their places.</summary>
internal static class Moved
{
    /// <summary>Dimensions of a tensor of numbers or strings.</summary>
    public static Shape Shape(OnnxValue value) => value switch
    {
        TensorValue t => t.Tensor.Shape,
        TextValue t => t.Shape,
        _ => throw new ArgumentException($"a tensor is needed, not {value.Describe()}."),
    };

    /// <summary>One value's elements in another arrangement.</summary>
    public static OnnxValue By(OnnxValue value, Func<Tensor, Tensor> move) => value switch
    {
        TensorValue t => t with { Tensor = move(t.Tensor) },
        TextValue t => Texts(t.Texts, move(Tensor.Arange(t.Texts.Count).Reshape(t.Shape))),
        _ => throw new ArgumentException($"a tensor is needed, not {value.Describe()}."),
    };

    /// <summary>Several values of one type made one.</summary>
    public static OnnxValue Join(IReadOnlyList<OnnxValue> values, Func<Tensor[], Tensor> join)
    {
        if (values.Count > 0 && values[0] is TensorValue first)
        {
            return first with
            {
                Tensor = join([.. values.Select(v => v is TensorValue t && t.Type == first.Type
                    ? t.Tensor
                    : throw new ArgumentException($"{v.Describe()} does not go with {first.Describe()}: the types differ."))]),
            };
        }

        var texts = new List<string>();
        var places = new Tensor[values.Count];
        for (int i = 0; i < places.Length; i++)
        {
            var t = values[i] as TextValue ?? throw new ArgumentException($"strings are needed, not {values[i].Describe()}.");
            places[i] = (Tensor.Arange(t.Texts.Count) + texts.Count).Reshape(t.Shape);
            texts.AddRange(t.Texts);
        }

        return Texts(texts, join(places));
    }

    private static TextValue Texts(IReadOnlyList<string> texts, Tensor places)
        => new([.. places.ToArray<long>().Select(p => texts[(int)p])], places.Shape);
}
