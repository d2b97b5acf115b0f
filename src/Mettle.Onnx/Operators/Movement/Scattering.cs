namespace Mettle.Onnx;

/// <summary>
/// Writing at indices (ONNX Scatter, ScatterElements, ScatterND, TensorScatter). Each sees data and updates as rows of equal length
/// and knows which row every update goes to; of several updates without a reduction the last stays.
/// </summary>
internal static class Scattering
{
    public static OnnxValue Elements(Call c)
    {
        var shape = Moved.Shape(c.Value(0));
        var places = c.Tensor(1).Shape;
        int axis = c.Axis(c.Int("axis", 0), shape.Rank);
        bool fits = places.Rank == shape.Rank && places == Moved.Shape(c.Value(2));
        for (int i = 0; fits && i < shape.Rank; i++)
        {
            fits = i == axis || places[i] <= shape[i];
        }

        if (!fits)
        {
            throw c.Bad($"indices {places} and updates {c.Value(2).Describe()} do not fit {shape}.");
        }

        long[] rows = c.Whole(1);
        int[] at = new int[shape.Rank];
        for (int i = 0; i < rows.Length; i++)
        {
            long row = 0;
            for (int k = 0; k < at.Length; k++)
            {
                row = (row * shape[k]) + (k == axis ? Inside(c, rows[i], shape[k]) : at[k]);
            }

            rows[i] = row;
            for (int k = at.Length - 1; k >= 0 && ++at[k] == places[k]; k--)
            {
                at[k] = 0;
            }
        }

        return Rows(c, rows, (int)shape.Count, 1, c.Text("reduction", "none"));
    }

    public static OnnxValue Nd(Call c)
    {
        var shape = Moved.Shape(c.Value(0));
        var index = c.Tensor(1).To(DType.I64);
        int depth = index.Rank > 0 ? index.Shape[^1] : -1;
        if (depth < 0 || depth > shape.Rank || Moved.Shape(c.Value(2)) != new Shape([.. index.Shape.Dims[..^1], .. shape.Dims[depth..]]))
        {
            throw c.Bad($"indices {index.Shape} and updates {c.Value(2).Describe()} do not fit {shape}.");
        }

        long[] rows = Indexing.Places(index, shape.Dims[..depth]).ToArray<long>();
        int outside = Array.FindIndex(rows, r => r < 0);
        return outside < 0
            ? Rows(c, rows, Product(shape.Dims[..depth]), Product(shape.Dims[depth..]), c.Text("reduction", "none"))
            : throw c.Bad($"index {outside} lies outside {shape}.");
    }

    /// <summary>Steps of a key or value cache, each sample's from a place of its own.</summary>
    public static OnnxValue Cache(Call c)
    {
        var shape = Moved.Shape(c.Value(0));
        var update = Moved.Shape(c.Value(1));
        int axis = c.Axis(c.Int("axis", -2), shape.Rank);
        if (axis == 0 || update.Rank != shape.Rank || update.With(axis, 0) != shape.With(axis, 0) || update[axis] > shape[axis])
        {
            throw c.Bad($"the update {update} does not fit the cache {shape} along axis {axis}.");
        }

        bool circular = c.Text("mode", "linear") == "circular";
        long[] from = c.Has(2) ? c.Whole(2) : new long[shape[0]];
        int all = shape[axis], steps = update[axis], perSample = Product(shape.Dims[1..axis]);
        if (from.Length != shape[0])
        {
            throw c.Bad($"{from.Length} places to write do not fit {shape[0]} samples.");
        }

        long[] rows = new long[(long)shape[0] * perSample * steps];
        for (int i = 0; i < rows.Length; i++)
        {
            int lead = i / steps;
            long at = checked(from[lead / perSample] + (i % steps));
            rows[i] = ((long)lead * all) + Inside(c, circular ? at % all : at, all);
        }

        return Rows(c, rows, Product(shape.Dims[..(axis + 1)]), Product(shape.Dims[(axis + 1)..]), "none", updates: 1);
    }

    private static OnnxValue Rows(Call c, long[] rows, int count, int length, string reduction, int updates = 2)
    {
        var shape = Moved.Shape(c.Value(0));
        var (to, from) = (new Shape([count, length]), new Shape([rows.Length, length]));
        if (reduction == "none")
        {
            return Moved.Join([c.Value(0), c.Value(updates)], t => Replace(t[0].Reshape(to), t[1].Reshape(from), rows).Reshape(shape));
        }

        Tensor x = c.Number(0).Reshape(to), u = c.Number(updates).Reshape(from);
        if (reduction == "add")
        {
            return c.Result((x + new IndexAdd(0, count).Apply(u, Tensor.From(rows))).Reshape(shape));
        }

        Func<Tensor, Tensor, Tensor> combine = reduction switch
        {
            "mul" => (a, b) => a * b,
            "max" => Tensor.Maximum,
            "min" => Tensor.Minimum,
            _ => throw c.Bad($"there is no reduction {OnnxException.Quote(reduction)}; there are none, add, mul, max and min."),
        };
        if (c.Type(0) == ElementType.U64 && reduction != "mul")
        {
            // The order of unsigned numbers is that of signed ones moved down by half the range.
            var half = Tensor.From([long.MinValue], new Shape());
            var signed = combine;
            combine = (a, b) => signed(a + half, b + half) - half;
        }

        (u, rows) = Fold(u, rows, combine);
        return c.Result(Replace(x, combine(x.IndexSelect(0, Tensor.From(rows)), u), rows).Reshape(shape));
    }

    private static Tensor Replace(Tensor x, Tensor u, long[] rows)
    {
        long[] from = new long[x.Shape[0]];
        for (int i = 0; i < from.Length; i++)
        {
            from[i] = i;
        }

        for (int i = 0; i < rows.Length; i++)
        {
            from[rows[i]] = from.Length + i;
        }

        return Tensor.Concat(0, x, u).IndexSelect(0, Tensor.From(from));
    }

    // Updates of one row are combined two by two until there is one: as many rounds as the logarithm of the most there are.
    private static (Tensor Updates, long[] Rows) Fold(Tensor u, long[] rows, Func<Tensor, Tensor, Tensor> combine)
    {
        long[] order = [.. Enumerable.Range(0, rows.Length).OrderBy(i => rows[i]).Select(i => (long)i)];
        u = u.IndexSelect(0, Tensor.From(order));
        rows = Array.ConvertAll(order, i => rows[i]);
        while (true)
        {
            List<long> left = [], right = [], kept = [], next = [];
            for (int i = 0; i < rows.Length; i++)
            {
                bool pair = i + 1 < rows.Length && rows[i + 1] == rows[i];
                next.Add(rows[i]);
                kept.Add(pair ? -1 : i);
                if (pair)
                {
                    left.Add(i);
                    right.Add(++i);
                }
            }

            if (left.Count == 0)
            {
                return (u, rows);
            }

            int pairs = 0;
            long[] from = [.. kept.Select(k => k < 0 ? pairs++ : k + left.Count)];
            var combined = combine(u.IndexSelect(0, Tensor.From(left.ToArray())), u.IndexSelect(0, Tensor.From(right.ToArray())));
            u = Tensor.Concat(0, combined, u).IndexSelect(0, Tensor.From(from));
            rows = [.. next];
        }
    }

    private static long Inside(Call c, long index, int size)
    {
        long at = index < 0 ? index + size : index;
        return at >= 0 && at < size ? at : throw c.Bad($"index {index} is outside an axis of {size}.");
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
}
