namespace Mettle.Onnx;

/// <summary>Steps that prepare features [N, C] for a model of the domain ai.onnx.ml.</summary>
internal static class Features
{
    /// <summary>Rows to compute with: f64 stays, all else is f32; a single row [C] becomes [1, C].</summary>
    public static Tensor Rows(Call c)
    {
        var x = Floats(c);
        return x.Rank switch
        {
            1 => x.Unsqueeze(0),
            2 => x,
            _ => throw c.Bad($"it needs rows [N, C] of features, not {x.Shape}."),
        };
    }

    public static TensorValue Scale(Call c)
    {
        var x = Floats(c);
        var y = (x - Row(c, "offset", 0, x)) * Row(c, "scale", 1, x);
        return Call.Result(y, ElementType.F32);
    }

    public static TensorValue Normalize(Call c)
    {
        var x = Floats(c);
        var size = c.Text("norm", "MAX") switch
        {
            "MAX" => x.Max(-1),
            "L1" => x.Abs().Sum(-1),
            "L2" => x.Square().Sum(-1).Sqrt(),
            var other => throw c.Bad($"there is no norm {OnnxException.Quote(other)}; there are MAX, L1 and L2."),
        };
        size = size.Unsqueeze(-1);
        return Call.Result(Tensor.Where(size.EqualTo(0), x, x / size), ElementType.F32);
    }

    public static TensorValue Impute(Call c)
    {
        var x = c.Number(0);
        bool isFloat = c.Type(0).IsFloat();
        double missing = isFloat ? c.Float("replaced_value_float", 0) : c.Attribute("replaced_value_int64")?.Int ?? 0;
        var values = isFloat
            ? Tensor.From(c.Floats("imputed_value_floats") ?? throw c.Bad("it has no values to put in."))
            : Tensor.From(c.Attribute("imputed_value_int64s")?.Ints?.ToArray() ?? throw c.Bad("it has no values to put in."));
        var hit = double.IsNaN(missing) ? !x.EqualTo(x) : x.EqualTo(missing);
        return c.Result(Tensor.Where(hit, values.To(x.DType), x));
    }

    public static TensorValue Join(Call c)
    {
        int[] widths = c.Ints("inputdimensions") ?? [];
        var parts = new Tensor[c.Count];
        for (int i = 0; i < parts.Length; i++)
        {
            var x = c.Tensor(i).To(DType.F32);
            x = x.Rank < 2 ? x.Reshape(new Shape([1, (int)x.Count])) : x.Flatten(1);
            int width = i < widths.Length ? widths[i] : x.Shape[1];
            parts[i] = width == x.Shape[1] ? x
                : width >= 0 && width < x.Shape[1] ? x.Narrow(1, 0, width)
                : throw c.Bad($"input {i} has {x.Shape[1]} features, not the {width} that are declared.");
        }

        return new(Tensor.Concat(1, parts), ElementType.F32);
    }

    public static OnnxValue Extract(Call c)
    {
        var index = c.Tensor(1).To(DType.I64).Flatten();
        return Moved.By(c.Value(0), x => (x.Rank < 2 ? x.Reshape(new Shape([1, (int)x.Count])) : x).IndexSelect(Math.Max(1, x.Rank - 1), index));
    }

    public static TensorValue OneHot(Call c)
    {
        var shape = Moved.Shape(c.Value(0));
        Tensor categories, x;
        if (c.Value(0) is TextValue texts)
        {
            var places = (c.Texts("cats_strings") ?? throw c.Bad("it has no categories.")).Select((t, i) => (t, i)).GroupBy(p => p.t, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => (long)g.Last().i, StringComparer.Ordinal);
            x = Tensor.From([.. texts.Texts.Select(t => places.GetValueOrDefault(t, -1))], texts.Shape);
            categories = Tensor.Arange(c.Texts("cats_strings")!.Length);
        }
        else
        {
            x = c.Tensor(0).To(DType.I64);
            categories = Tensor.From(c.Attribute("cats_int64s")?.Ints?.ToArray() ?? throw c.Bad("it has no categories."));
        }

        Shapes.Dims(c, [.. shape.Dims.ToArray(), (int)categories.Count]);
        var hit = x.Unsqueeze(-1).EqualTo(categories);
        if (!c.Flag("zeros", true) && hit.Any(-1).All().Item() == 0)
        {
            throw c.Bad("a value is none of the categories.");
        }

        return new(hit.To(DType.F32), ElementType.F32);
    }

    private static Tensor Floats(Call c) => c.Tensor(0).To(c.Type(0) == ElementType.F64 ? DType.F64 : DType.F32);

    // One value for all features or one for each.
    private static Tensor Row(Call c, string name, float otherwise, Tensor x) => Tensor.From(c.Floats(name) ?? [otherwise]).To(x.DType);
}
