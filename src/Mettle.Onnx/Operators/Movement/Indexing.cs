namespace Mettle.Onnx;

/// <summary>Reading and writing at indices, sorting and selecting.</summary>
internal static class Indexing
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Gather", Gather),
        Operator.Of("GatherElements", GatherElements),
        Operator.Of("GatherND", GatherNd),
        Operator.Of("Compress", Compress),
        Operator.Of("NonZero", NonZero),
        Operator.Of("OneHot", OneHot),
        Operator.Of("TopK", TopK),
        Operator.Of("Scatter", Scattering.Elements),
        Operator.Of("ScatterElements", Scattering.Elements),
        Operator.Of("ScatterND", Scattering.Nd),
        Operator.Of("TensorScatter", Scattering.Cache),
        Operator.Of("Unique", Unique.Evaluate),
    ];

    /// <summary>Indices as i64, negative ones counted from the end of an axis.</summary>
    public static Tensor Index(Call c, int input, int size)
    {
        var index = c.Tensor(input).To(DType.I64);
        return Tensor.Where(index < 0, index + size, index);
    }

    private static OnnxValue Gather(Call c) => Moved.By(c.Value(0), x =>
    {
        int axis = c.Axis(c.Int("axis", 0), x.Rank);
        return x.IndexSelect(axis, Index(c, 1, x.Shape[axis]));
    });

    private static OnnxValue GatherElements(Call c) => Moved.By(c.Value(0), x =>
    {
        int axis = c.Axis(c.Int("axis", 0), x.Rank);
        return x.Gather(axis, Index(c, 1, x.Shape[axis]));
    });

    // Rows of a table whose first axes are made one: places are numbered through.
    private static OnnxValue GatherNd(Call c) => Moved.By(c.Value(0), x =>
    {
        var index = c.Tensor(1).To(DType.I64);
        int batch = c.Int("batch_dims", 0), depth = index.Rank > 0 ? index.Shape[^1] : 0;
        if (batch < 0 || index.Rank <= batch || x.Rank < batch + depth || !index.Shape.Dims[..batch].SequenceEqual(x.Shape.Dims[..batch]))
        {
            throw c.Bad($"indices {index.Shape} with {batch} axes in common do not fit {x.Shape}.");
        }

        var place = Places(index, x.Shape.Dims.Slice(batch, depth));
        int each = Product(x.Shape.Dims.Slice(batch, depth)), slices = Product(x.Shape.Dims[..batch]);
        if (batch > 0)
        {
            // Outside stays outside.
            var first = (Tensor.Arange(slices) * each).Reshape(new Shape([.. x.Shape.Dims[..batch], .. Enumerable.Repeat(1, place.Rank - batch)]));
            place = Tensor.Where(place < 0, place, place + first);
        }

        return x.Reshape(new Shape([slices * each, .. x.Shape.Dims[(batch + depth)..]])).IndexSelect(0, place);
    });

    /// <summary>Tuples along the last axis as one number each, by row-major order of <paramref name="dims"/>; -1 where one lies outside.</summary>
    public static Tensor Places(Tensor index, ReadOnlySpan<int> dims)
    {
        var shape = new Shape(index.Shape.Dims[..^1]);
        var place = Tensor.Zeros(shape, DType.I64);
        for (int i = 0; i < dims.Length; i++)
        {
            var at = index.Select(-1, i);
            at = Tensor.Where(at < 0, at + dims[i], at);
            var inside = (at >= 0) & (at < dims[i]) & (place >= 0);
            place = Tensor.Where(inside, (place * dims[i]) + at, -1);
        }

        return place;
    }

    private static int Product(ReadOnlySpan<int> dims)
    {
        int n = 1;
        foreach (int d in dims)
        {
            n = checked(n * d);
        }

        return n;
    }

    private static OnnxValue Compress(Call c)
    {
        bool[] keep = c.Tensor(1).ToArray<bool>();
        return Moved.By(c.Value(0), x =>
        {
            int axis = c.HasAttribute("axis") ? c.Axis(c.Int("axis"), x.Rank) : 0;
            x = c.HasAttribute("axis") ? x : x.Flatten();
            long[] kept = [.. Enumerable.Range(0, keep.Length).Where(i => keep[i]).Select(i => (long)i)];
            return x.IndexSelect(axis, Tensor.From(kept));
        });
    }

    private static OnnxValue NonZero(Call c)
    {
        var x = c.Number(0);
        bool[] set = (x.DType == DType.Bool ? x : !x.EqualTo(0)).ToArray<bool>();
        int[] found = [.. Enumerable.Range(0, set.Length).Where(i => set[i])];
        int[] steps = [.. Enumerable.Range(0, x.Rank).Select(i => Product(x.Shape.Dims[(i + 1)..]))];
        long[] places = new long[x.Rank * found.Length];
        for (int i = 0; i < places.Length; i++)
        {
            int axis = i / found.Length;
            places[i] = found[i % found.Length] / Math.Max(1, steps[axis]) % Math.Max(1, x.Shape[axis]);
        }

        return OnnxValue.From(Tensor.From(places, new Shape([x.Rank, found.Length])));
    }

    private static OnnxValue OneHot(Call c)
    {
        long depth = c.Long(1);
        var index = c.Tensor(0).To(DType.I64);
        int axis = c.Axis(c.Int("axis", -1), index.Rank + 1);
        var shape = Shapes.Dims(c, [.. index.Shape.Dims[..axis].ToArray(), depth, .. index.Shape.Dims[axis..].ToArray()]);
        index = Tensor.Where(index < 0, index + depth, index).Unsqueeze(axis);
        var on = index.EqualTo(Tensor.Arange(shape[axis]).Reshape(Shapes.Along(axis, shape.Rank, shape[axis])));
        if (Moved.Shape(c.Value(2)) != new Shape([2]))
        {
            throw c.Bad($"it needs a value for off and one for on, not {c.Value(2).Describe()}.");
        }

        return Moved.By(c.Value(2), values => Tensor.Where(on, values.Select(0, 1), values.Select(0, 0)));
    }

    private static OnnxValue[] TopK(Call c)
    {
        var x = c.Tensor(0);
        int axis = c.Axis(c.Int("axis", -1), x.Rank);
        long count = c.Opset < 10 ? c.Int("k") : c.Long(1);
        if (count < 0 || count > x.Shape[axis])
        {
            throw c.Bad($"axis {axis} of {x.Shape} does not have {count} elements.");
        }

        // The order of unsigned 64-bit numbers is that of signed ones moved down by half the range.
        var number = c.Type(0) == ElementType.U64 ? c.Number(0) + Tensor.From([long.MinValue], new Shape()) : c.Number(0);
        var (values, places) = number.TopK((int)count, axis, c.Flag("largest", true));
        return [number.DType == x.DType ? c.Result(values) : new TensorValue(x.Gather(axis, places), c.Type(0)), OnnxValue.From(places)];
    }
}
