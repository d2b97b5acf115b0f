namespace Mettle.Onnx;

/// <summary>Reshaping, joining, cutting, padding and reordering.</summary>
internal static class Shapes
{
    // What a few bytes of a file ask for must not fill the memory.
    private const int MostMade = 1 << 28;

    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Identity", c => c.Value(0)),
        Operator.Of("Reshape", Reshape),
        Operator.Of("Flatten", Flatten),
        Operator.Of("Squeeze", Squeeze),
        Operator.Of("Unsqueeze", Unsqueeze),
        Operator.Of("Transpose", c => Moved.By(c.Value(0), x => x.Permute(c.Ints("perm") ?? [.. Enumerable.Range(0, x.Rank).Reverse()]))),
        Operator.Of("Expand", Expand),
        Operator.Of("Shape", ShapeOf),
        Operator.Of("Size", c => OnnxValue.From(Tensor.From([Moved.Shape(c.Value(0)).Count], new Shape()))),
        Operator.Of("Concat", Concat),
        Operator.Of("Split", Split),
        Operator.Of("Slice", Slice),
        Operator.Of("Tile", Tile),
        Operator.Of("Pad", Padding.Pad),
        Operator.Of("CenterCropPad", Padding.CenterCropPad),
        Operator.Of("DepthToSpace", DepthToSpace),
        Operator.Of("SpaceToDepth", SpaceToDepth),
        Operator.Of("ReverseSequence", ReverseSequence),
        Operator.Of("Trilu", Trilu),
        Operator.Of("EyeLike", EyeLike),
    ];

    /// <summary>Dimensions of something larger than what it is made from, checked.</summary>
    public static Shape Dims(Call c, IReadOnlyList<long> dims)
    {
        var shape = TensorReader.Dims(dims, c.Place);
        Budget.Require(shape.Count * sizeof(float));
        return shape.Count <= MostMade ? shape : throw c.Bad($"{shape} has more than {MostMade} elements; work on parts of it.");
    }

    /// <summary>A shape of an axis's length, all others 1.</summary>
    public static Shape Along(int axis, int rank, int size)
    {
        int[] dims = new int[rank];
        Array.Fill(dims, 1);
        dims[axis] = size;
        return new Shape(dims);
    }

    private static OnnxValue Reshape(Call c)
    {
        var from = Moved.Shape(c.Value(0));
        long[] dims = c.Longs(1);
        bool keepsZero = c.Flag("allowzero");
        int unknown = -1;
        long known = 1;
        for (int i = 0; i < dims.Length; i++)
        {
            if (dims[i] == 0 && !keepsZero)
            {
                dims[i] = i < from.Rank ? from[i] : throw c.Bad($"dimension {i} of the new shape is to be copied, but {from} has no such.");
            }

            if (dims[i] == -1)
            {
                unknown = unknown < 0 ? i : throw c.Bad("only one dimension of the new shape can be -1.");
            }
            else
            {
                known = checked(known * dims[i]);
            }
        }

        if (unknown >= 0)
        {
            dims[unknown] = known != 0 && from.Count % known == 0
                ? from.Count / known
                : throw c.Bad($"{from} does not divide into [{string.Join(", ", dims)}].");
        }

        var to = TensorReader.Dims(dims, c.Place);
        return Moved.By(c.Value(0), x => x.Reshape(to));
    }

    private static OnnxValue Expand(Call c) => Moved.By(c.Value(0), x =>
    {
        var shape = Shape.Broadcast(x.Shape, Dims(c, c.Longs(1)), "expand");
        return x.Broadcast(Dims(c, [.. shape.Dims.ToArray()]));
    });

    private static OnnxValue Flatten(Call c)
    {
        var from = Moved.Shape(c.Value(0));
        int axis = c.Int("axis", 1);
        axis = axis == from.Rank ? axis : c.Axis(axis, Math.Max(1, from.Rank));
        int rows = 1, columns = 1;
        for (int i = 0; i < from.Rank; i++)
        {
            (rows, columns) = i < axis ? (rows * from[i], columns) : (rows, columns * from[i]);
        }

        return Moved.By(c.Value(0), x => x.Reshape(new Shape([rows, columns])));
    }

    private static int[]? Axes(Call c) => c.Opset < 13 ? c.Ints("axes") : c.Has(1) ? c.Ints(1) : null;

    private static OnnxValue Squeeze(Call c)
    {
        var from = Moved.Shape(c.Value(0));
        var gone = Axes(c) is { } axes
            ? axes.Select(a => c.Axis(a, from.Rank)).ToHashSet()
            : Enumerable.Range(0, from.Rank).Where(i => from[i] == 1).ToHashSet();
        foreach (int axis in gone)
        {
            if (from[axis] != 1)
            {
                throw c.Bad($"axis {axis} of {from} is not 1 long.");
            }
        }

        return Moved.By(c.Value(0), x => x.Reshape(new Shape([.. Enumerable.Range(0, from.Rank).Where(i => !gone.Contains(i)).Select(i => from[i])])));
    }

    private static OnnxValue Unsqueeze(Call c)
    {
        var from = Moved.Shape(c.Value(0));
        int[] axes = Axes(c) ?? throw c.Bad("it needs axes.");
        int rank = from.Rank + axes.Length;
        var added = axes.Select(a => c.Axis(a, rank)).ToHashSet();
        if (added.Count < axes.Length)
        {
            throw c.Bad("an axis is named twice.");
        }

        int next = 0;
        var to = new Shape([.. Enumerable.Range(0, rank).Select(i => added.Contains(i) ? 1 : from[next++])]);
        return Moved.By(c.Value(0), x => x.Reshape(to));
    }

    private static OnnxValue ShapeOf(Call c)
    {
        int[] dims = Moved.Shape(c.Value(0)).Dims.ToArray();
        int start = Bound(c.Int("start", 0)), end = Bound(c.Int("end", dims.Length));
        return OnnxValue.From(Tensor.From(Array.ConvertAll(end > start ? dims[start..end] : [], d => (long)d)));

        int Bound(int i) => Math.Clamp(i < 0 ? i + dims.Length : i, 0, dims.Length);
    }

    private static OnnxValue Concat(Call c)
    {
        OnnxValue[] parts = [.. Enumerable.Range(0, c.Count).Select(c.Value)];
        int axis = c.Int("axis");
        return Moved.Join(parts, t => Tensor.Concat(axis, t));
    }

    private static OnnxValue[] Split(Call c)
    {
        var value = c.Value(0);
        var shape = Moved.Shape(value);
        int axis = c.Axis(c.Int("axis", 0), shape.Rank), n = shape[axis];
        if ((c.Opset < 13 ? c.Ints("split") : c.Has(1) ? c.Ints(1) : null) is not { } sizes)
        {
            int count = c.Opset < 18 ? c.Node.Outputs.Count : c.Int("num_outputs", c.Node.Outputs.Count);
            if (count < 1 || count > Math.Max(n, c.Node.Outputs.Count) || (c.Opset < 18 && n % count != 0))
            {
                throw c.Bad($"axis {axis} of {shape} does not split into {count} parts.");
            }

            int size = (n + count - 1) / count;
            sizes = [.. Enumerable.Range(0, count).Select(i => Math.Clamp(n - (i * size), 0, size))];
        }

        if (sizes.Length < c.Node.Outputs.Count)
        {
            throw c.Bad($"{sizes.Length} sizes do not give {c.Node.Outputs.Count} parts.");
        }

        if (value is TensorValue t)
        {
            return [.. t.Tensor.Split(axis, sizes).Select(part => t with { Tensor = part })];
        }

        var parts = new OnnxValue[sizes.Length];
        for (int i = 0, from = 0; i < parts.Length; from += sizes[i++])
        {
            parts[i] = Moved.By(value, x => x.Narrow(axis, from, from + sizes[i]));
        }

        return parts;
    }

    private static OnnxValue Slice(Call c)
    {
        var shape = Moved.Shape(c.Value(0));
        bool given = c.Opset >= 10;
        IReadOnlyList<long> from = given ? c.Longs(1) : c.Attribute("starts")?.Ints ?? throw c.Bad("it needs starts.");
        IReadOnlyList<long> to = given ? c.Longs(2) : c.Attribute("ends")?.Ints ?? throw c.Bad("it needs ends.");
        IReadOnlyList<long>? axes = given ? (c.Has(3) ? c.Longs(3) : null) : c.Attribute("axes")?.Ints;
        IReadOnlyList<long>? by = c.Has(4) ? c.Longs(4) : null;
        if (to.Count != from.Count || (axes?.Count ?? from.Count) != from.Count || (by?.Count ?? from.Count) != from.Count)
        {
            throw c.Bad("there must be as many ends, axes and steps as starts.");
        }

        int[] starts = new int[shape.Rank], sizes = shape.Dims.ToArray(), steps = new int[shape.Rank];
        Array.Fill(steps, 1);
        for (int i = 0; i < from.Count; i++)
        {
            int axis = c.Axis(axes?[i] ?? i, shape.Rank);
            (starts[axis], sizes[axis], steps[axis]) = Range(c, from[i], to[i], by?[i] ?? 1, shape[axis]);
        }

        return Moved.By(c.Value(0), x => new Slice(starts, sizes, steps).Apply(x));
    }

    // Python's rule: negative bounds count from the end, those outside are moved to the edge.
    private static (int Start, int Size, int Step) Range(Call c, long from, long to, long by, int n)
    {
        int step = c.Fit(Math.Max(by, -int.MaxValue));
        if (step == 0)
        {
            throw c.Bad("a step of 0 leads nowhere.");
        }

        long low = step > 0 ? 0 : -1, high = step > 0 ? n : n - 1;
        long start = Math.Clamp(from < 0 ? from + n : from, low, high), end = Math.Clamp(to < 0 ? to + n : to, low, high);
        long way = step > 0 ? end - start : start - end;
        if (way <= 0 || n == 0)
        {
            return (0, 0, 1);
        }

        int size = (int)(((way - 1) / Math.Abs((long)step)) + 1);
        return ((int)start, size, size == 1 ? 1 : step);
    }

    private static OnnxValue Tile(Call c)
    {
        long[] repeats = c.Longs(1);
        var shape = Moved.Shape(c.Value(0));
        if (repeats.Length != shape.Rank)
        {
            throw c.Bad($"{repeats.Length} repeats do not fit the axes of {shape}.");
        }

        var to = Dims(c, [.. repeats.Select((r, i) => checked(r * shape[i]))]);
        return Moved.By(c.Value(0), x =>
        {
            for (int i = 0; i < repeats.Length; i++)
            {
                if (repeats[i] != 1)
                {
                    var one = x.Shape;
                    x = x.Unsqueeze(i).Broadcast(one.Insert(i, (int)repeats[i])).Reshape(one.With(i, to[i]));
                }
            }

            return x;
        });
    }

    private static OnnxValue DepthToSpace(Call c)
    {
        bool columnsFirst = c.Text("mode", "DCR") == "CRD";
        return Moved.By(c.Value(0), x =>
        {
            var (block, n, depth, height, width) = Blocks(c, x.Shape);
            if (depth % ((long)block * block) != 0)
            {
                throw c.Bad($"the {depth} channels do not divide into blocks of {block} by {block}.");
            }

            depth /= block * block;
            var y = columnsFirst
                ? x.Reshape(new Shape([n, depth, block, block, height, width])).Permute(0, 1, 4, 2, 5, 3)
                : x.Reshape(new Shape([n, block, block, depth, height, width])).Permute(0, 3, 4, 1, 5, 2);
            return y.Reshape(new Shape([n, depth, height * block, width * block]));
        });
    }

    private static OnnxValue SpaceToDepth(Call c) => Moved.By(c.Value(0), x =>
    {
        var (block, n, depth, height, width) = Blocks(c, x.Shape);
        if (height % block != 0 || width % block != 0)
        {
            throw c.Bad($"{x.Shape} does not divide into blocks of {block} by {block}.");
        }

        (height, width) = (height / block, width / block);
        return x.Reshape(new Shape([n, depth, height, block, width, block])).Permute(0, 3, 5, 1, 2, 4)
            .Reshape(new Shape([n, depth * block * block, height, width]));
    });

    private static (int Block, int N, int Depth, int Height, int Width) Blocks(Call c, Shape shape)
    {
        int block = c.Int("blocksize");
        return block >= 1 && shape.Rank == 4
            ? (block, shape[0], shape[1], shape[2], shape[3])
            : throw c.Bad($"it needs blocks of at least 1 and images [N, C, H, W], not {block} and {shape}.");
    }

    private static OnnxValue ReverseSequence(Call c)
    {
        var shape = Moved.Shape(c.Value(0));
        int batchAxis = c.Int("batch_axis", 1), timeAxis = c.Int("time_axis", 0);
        long[] lengths = c.Longs(1);
        if (shape.Rank < 2 || batchAxis + timeAxis != 1 || batchAxis is < 0 or > 1 || lengths.Length != shape[batchAxis])
        {
            throw c.Bad($"{lengths.Length} lengths, batch axis {batchAxis} and time axis {timeAxis} do not fit {shape}.");
        }

        int time = shape[timeAxis], batch = shape[batchAxis];
        long[] from = new long[(long)time * batch];
        for (int i = 0; i < from.Length; i++)
        {
            var (t, b) = timeAxis == 0 ? (i / batch, i % batch) : (i % time, i / time);
            from[i] = lengths[b] >= 0 && lengths[b] <= time
                ? (t < lengths[b] ? lengths[b] - 1 - t : t)
                : throw c.Bad($"sequence {b} cannot have {lengths[b]} of {time} steps.");
        }

        int[] dims = [shape[0], shape[1], .. Enumerable.Repeat(1, shape.Rank - 2)];
        return Moved.By(c.Value(0), x => x.Gather(timeAxis, Tensor.From(from, new Shape(dims)).Broadcast(shape)));
    }

    private static TensorValue Trilu(Call c)
    {
        int diagonal = c.Has(1) ? c.Fit((long)c.Scalar(1)) : 0;
        return c.Result(c.Flag("upper", true) ? c.Number(0).Triu(diagonal) : c.Number(0).Tril(diagonal));
    }

    private static TensorValue EyeLike(Call c)
    {
        var shape = c.Tensor(0).Shape;
        return shape.Rank == 2
            ? Call.Result((Tensor.Arange(shape[1]) - c.Int("k", 0)).EqualTo(Tensor.Arange(shape[0]).Unsqueeze(1)), c.Element("dtype", c.Type(0)))
            : throw c.Bad($"it needs a matrix, not {shape}.");
    }
}
