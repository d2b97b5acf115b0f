using System.Numerics;

namespace Mettle.Onnx;

/// <summary>Distinct elements, or slices of an axis, with where they are and how many (ONNX Unique).</summary>
internal static class Unique
{
    private const long BytesOfSlice = 128, WorkOfElement = 32;

    public static OnnxValue[] Evaluate(Call c)
    {
        var value = c.Value(0);
        var shape = Moved.Shape(value);
        int? axis = c.HasAttribute("axis") ? c.Axis(c.Int("axis"), shape.Rank) : null;
        int count = axis is { } a ? shape[a] : (int)shape.Count, length = count == 0 ? 0 : (int)(shape.Count / count);
        // Sorting compares slices; each distinct one has a list of its own.
        Budget.Require(BytesOfSlice * count);
        Budget.Spend(WorkOfElement * shape.Count * (1 + BitOperations.Log2((uint)count)));
        long[] keys = Keys(value, axis ?? 0, axis is null);
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (i, j) => Compare(i, j) is var by and not 0 ? by : i - j);
        var found = new List<(int First, List<int> All)>();
        foreach (int i in order)
        {
            if (found.Count == 0 || Compare(found[^1].First, i) != 0)
            {
                found.Add((i, []));
            }

            found[^1].All.Add(i);
        }

        if (!c.Flag("sorted", true))
        {
            found.Sort((x, y) => x.First - y.First);
        }

        long[] places = new long[count];
        for (int i = 0; i < found.Count; i++)
        {
            foreach (int at in found[i].All)
            {
                places[at] = i;
            }
        }

        long[] first = [.. found.Select(f => (long)f.First)], counts = [.. found.Select(f => (long)f.All.Count)];
        return
        [
            Moved.By(value, x => axis is { } along ? x.IndexSelect(along, Tensor.From(first)) : x.Flatten().IndexSelect(0, Tensor.From(first))),
            OnnxValue.From(Tensor.From(first)), OnnxValue.From(Tensor.From(places)), OnnxValue.From(Tensor.From(counts)),
        ];

        int Compare(int i, int j) => keys.AsSpan(i * length, length).SequenceCompareTo(keys.AsSpan(j * length, length));
    }

    // Integers in the order of the elements, slice after slice.
    private static long[] Keys(OnnxValue value, int axis, bool flat)
    {
        if (value is TextValue texts)
        {
            string[] sorted = [.. texts.Texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            var ranks = Tensor.From([.. texts.Texts.Select(t => (long)Array.BinarySearch(sorted, t, StringComparer.Ordinal))], texts.Shape);
            return Slices(ranks, axis, flat).ToArray<long>();
        }

        var (tensor, type) = (TensorValue)value;
        var x = Slices(tensor.Detach(), axis, flat);
        if (type.IsFloat())
        {
            return Array.ConvertAll(x.To(DType.F64).ToArray<double>(), Key);
        }

        long[] keys = x.To(DType.I64).ToArray<long>();
        return type == ElementType.U64 ? Array.ConvertAll(keys, k => k ^ long.MinValue) : keys;
    }

    private static Tensor Slices(Tensor x, int axis, bool flat) => flat || axis == 0 ? x : x.Permute([axis, .. Enumerable.Range(0, x.Rank).Where(i => i != axis)]);

    // The bits of floats are in order once those of negative ones are turned round; both zeros are one, all NaN are one and last.
    private static long Key(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value == 0 ? 0 : value);
        bits = double.IsNaN(value) ? long.MaxValue : bits;
        return bits < 0 ? bits ^ long.MaxValue : bits;
    }
}
