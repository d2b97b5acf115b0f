namespace Mettle.Onnx;

/// <summary>Lists of values, and values that may be missing.</summary>
internal static class Sequences
{
    private const int MostParts = 1 << 20;

    public static IEnumerable<Operator> All =>
    [
        Operator.Of("SequenceEmpty", c => new SequenceValue([], c.Element("dtype", ElementType.F32))),
        Operator.Of("SequenceConstruct", c => new SequenceValue([.. Enumerable.Range(0, c.Count).Select(c.Value)], c.Type(0))),
        Operator.Of("SequenceInsert", Insert),
        Operator.Of("SequenceErase", Erase),
        Operator.Of("SequenceAt", c => c.Value<SequenceValue>(0).Items[Position(c, 1, c.Value<SequenceValue>(0).Items.Count)]),
        Operator.Of("SequenceLength", c => OnnxValue.From(Tensor.From([(long)c.Value<SequenceValue>(0).Items.Count], new Shape()))),
        Operator.Of("SplitToSequence", Split),
        Operator.Of("ConcatFromSequence", Concat),
        Operator.Of("Optional", c => new OptionalValue(c.Has(0) ? c.Value(0) : null)),
        Operator.Of("OptionalHasElement", c => OnnxValue.From(Tensor.Full(new Shape(), Element(c) is null ? 0 : 1, DType.Bool))),
        Operator.Of("OptionalGetElement", c => Element(c) ?? throw c.Bad("there is no element.")),
    ];

    private static OnnxValue? Element(Call c) => !c.Has(0) ? null : c.Value(0) is OptionalValue optional ? optional.Item : c.Value(0);

    private static int Position(Call c, int input, int count)
    {
        long at = c.Longs(input) is [var one] ? one : throw c.Bad("a position is a single number.");
        return at >= -count && at < count ? (int)(at < 0 ? at + count : at) : throw c.Bad($"there is no place {at} among {count}.");
    }

    private static SequenceValue Insert(Call c)
    {
        var sequence = c.Value<SequenceValue>(0);
        int count = sequence.Items.Count;
        long at = c.Has(2) ? c.Long(2) : count;
        at = at < 0 ? at + count : at;
        return at >= 0 && at <= count
            ? sequence with { Items = [.. sequence.Items.Take((int)at), c.Value(1), .. sequence.Items.Skip((int)at)] }
            : throw c.Bad($"there is no place {at} among {count}.");
    }

    private static SequenceValue Erase(Call c)
    {
        var sequence = c.Value<SequenceValue>(0);
        int count = sequence.Items.Count, at = c.Has(1) ? Position(c, 1, count) : count - 1;
        return at >= 0 ? sequence with { Items = [.. sequence.Items.Where((_, i) => i != at)] } : throw c.Bad("the sequence is empty.");
    }

    private static SequenceValue Split(Call c)
    {
        var value = c.Value(0);
        var shape = Moved.Shape(value);
        int axis = c.Axis(c.Int("axis", 0), shape.Rank), n = shape[axis];
        bool gone = !c.Has(1) && !c.Flag("keepdims", true);
        long[] sizes = c.Has(1) ? c.Longs(1) : [1];
        if (!c.Has(1) || c.Tensor(1).Rank == 0)
        {
            long each = sizes[0] > 0 ? sizes[0] : throw c.Bad($"parts cannot have {sizes[0]} elements.");
            each = Math.Clamp(n, 1, each);
            if ((n + each - 1) / each > MostParts)
            {
                throw c.Bad($"an axis of {n} in parts of {each} makes more than {MostParts} parts.");
            }

            sizes = [.. Enumerable.Range(0, (int)((n + each - 1) / each)).Select(i => Math.Min(each, n - (i * each)))];
        }

        if (sizes.Any(s => s < 0 || s > n) || sizes.Sum() != n)
        {
            throw c.Bad($"parts of [{string.Join(", ", sizes)}] are not axis {axis} of {shape}.");
        }

        var items = new List<OnnxValue>();
        int from = 0;
        foreach (int size in sizes.Select(s => (int)s))
        {
            int start = from;
            items.Add(Moved.By(value, x => gone ? x.Select(axis, start) : x.Narrow(axis, start, start + size)));
            from += size;
        }

        return new(items, c.Type(0));
    }

    private static OnnxValue Concat(Call c)
    {
        int axis = c.Int("axis");
        bool added = c.Flag("new_axis");
        var items = c.Value<SequenceValue>(0).Items;
        return items.Count > 0
            ? Moved.Join(items, t => added ? Tensor.Stack(axis, t) : Tensor.Concat(axis, t))
            : throw c.Bad("an empty sequence has nothing to join.");
    }
}
