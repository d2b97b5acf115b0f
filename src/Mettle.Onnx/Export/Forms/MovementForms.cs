namespace Mettle.Onnx;

/// <summary>Ops that move elements without reading indices.</summary>
internal static class MovementForms
{
    public static IEnumerable<Form> All =>
    [
        Form.Of<Broadcast>((c, _) => c.Writer.Put(c.Node.Outputs[0], c.Loose(0).Name, c.Loose(0).Dims)),
        Form.Of<Reshape>(Reshaped),
        Form.Of<Permute>((c, op) => c.Give("Transpose", [c.Full(0)], Attributes.Ints("perm", op.Order))),
        Form.Of<Concat>((c, op) => c.Give("Concat", c.All(), Attributes.Int("axis", op.Axis))),
        Form.Of<SplitAxis>(Split),
        Form.Of<Slice>(Sliced),
        Form.Of<Pad>((c, op) => Padded(c, op.Before, op.After, op.Value)),
        Form.Of<SliceBackward>((c, op) => Padded(
            c, op.Starts, [.. op.Starts.Select((s, i) => c.Result()[i].Size - s - c.Dims(0)[i].Size)], 0)),
    ];

    private static void Reshaped(Emission c, Reshape op)
    {
        if (c.Dims(0).AsSpan().SequenceEqual(c.Result()))
        {
            c.Writer.Put(c.Node.Outputs[0], c.Loose(0).Name, c.Loose(0).Dims);
        }
        else
        {
            c.GiveReshaped(c.Full(0));
        }
    }

    private static void Split(Emission c, SplitAxis op)
    {
        if (op.Sizes.Count == 1)
        {
            c.Writer.Put(c.Node.Outputs[0], c.Full(0), c.Result());
            return;
        }

        Dim[] sizes = [.. Enumerable.Range(0, op.Sizes.Count).Select(i => c.Result(i)[op.Axis])];
        string[] names = [.. c.Node.Outputs.Select(o => c.Writer.NameFor(o, "split"))];
        c.Writer.Nodes("Split", [c.Full(0), c.Writer.ShapeOf(sizes)], names, Attributes.Int("axis", op.Axis));
        for (int i = 0; i < names.Length; i++)
        {
            c.Writer.Put(c.Node.Outputs[i], names[i], c.Result(i));
        }
    }

    private static void Sliced(Emission c, Slice op)
    {
        var twin = c.Twin<Slice>();
        var (from, other) = (c.Node.Inputs[0].Spec.Shape, c.TwinShape(0));
        var (starts, ends, axes, steps) = (new List<long>(), new List<long>(), new List<long>(), new List<long>());
        for (int i = 0; i < from.Rank; i++)
        {
            if (op.Steps[i] == 1 && c.Dims(0)[i] == c.Result()[i])
            {
                continue;
            }

            axes.Add(i);
            steps.Add(op.Steps[i]);
            if (op.Steps[i] != twin.Steps[i])
            {
                throw c.Writer.Bad($"a slice of axis {i} has a step that depends on it.");
            }

            if (op.Sizes[i] == 0 && twin.Sizes[i] == 0)
            {
                starts.Add(0);
                ends.Add(0);
                continue;
            }

            starts.Add(Bound(op.Starts[i], from[i], twin.Starts[i], other[i]));
            ends.Add(op.Steps[i] < 0
                ? BoundBelow(Last(op, i) - 1, from[i], Last(twin, i) - 1, other[i])
                : Last(op, i) + op.Steps[i] >= from[i] && Last(twin, i) + twin.Steps[i] >= other[i] ? long.MaxValue
                : Bound(Last(op, i) + 1, from[i], Last(twin, i) + 1, other[i]));
        }

        if (axes.Count == 0)
        {
            c.Writer.Put(c.Node.Outputs[0], c.Loose(0).Name, c.Loose(0).Dims);
            return;
        }

        c.Give("Slice", [c.Full(0), c.Writer.Longs(starts), c.Writer.Longs(ends), c.Writer.Longs(axes), c.Writer.Longs(steps)]);

        // Counted from the beginning or from the end, whichever is the same at both batch sizes.
        long Bound(int at, int size, int twinAt, int twinSize)
            => at == twinAt ? at : at - size == twinAt - twinSize ? at - size : throw c.Writer.Bad($"a slice begins or ends at {at} of {size} and at {twinAt} of {twinSize}.");

        long BoundBelow(int at, int size, int twinAt, int twinSize)
            => at < 0 && twinAt < 0 ? -long.MaxValue : Bound(at, size, twinAt, twinSize);

        static int Last(Slice s, int i) => s.Starts[i] + ((s.Sizes[i] - 1) * s.Steps[i]);
    }

    private static void Padded(Emission c, IReadOnlyList<int> before, IReadOnlyList<int> after, double value)
    {
        if (Enumerable.Range(0, before.Count).Any(i => before[i] + after[i] > 0 && !c.Result()[i].IsFixed))
        {
            throw c.Writer.Bad("elements are put before or after the batch.");
        }

        if (before.Count == 0)
        {
            c.Writer.Put(c.Node.Outputs[0], c.Full(0), []);
            return;
        }

        string filling = c.Own(Tensor.Scalar(value, DType.F64).To(c.Type(0)));
        c.Give("Pad", [c.Full(0), c.Writer.Longs(before.Concat(after).Select(p => (long)p)), filling]);
    }
}
