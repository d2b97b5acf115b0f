namespace Mettle.Onnx;

/// <summary>Borders around tensors, of a constant or of what lies inside; negative ones cut off (ONNX Pad, CenterCropPad).</summary>
internal static class Padding
{
    /// <summary>The operator Pad: of all versions and modes.</summary>
    public static TensorValue Pad(Call c)
    {
        var x = c.Number(0);
        long[] pads = c.Opset < 11
            ? c.Attribute("pads")?.Ints?.ToArray() ?? throw c.Bad("it needs pads.")
            : c.Longs(1);
        int[] axes = c.Has(3) ? Array.ConvertAll(c.Ints(3), a => c.Axis(a, x.Rank)) : [.. Enumerable.Range(0, x.Rank)];
        if (pads.Length != 2 * axes.Length)
        {
            throw c.Bad($"{pads.Length} pads do not fit: there must be one in front and one behind for each of {axes.Length} axes.");
        }

        long[] before = new long[x.Rank], after = new long[x.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            (before[axes[i]], after[axes[i]]) = (pads[i], pads[axes.Length + i]);
        }

        string mode = c.Text("mode", "constant");
        double value = c.Opset < 11 ? c.Float("value", 0) : c.Has(2) ? c.Scalar(2) : 0;
        return c.Result(Apply(c, x, before, after, mode, value));
    }

    /// <summary>The operator CenterCropPad: the middle of each axis, or zeros around it.</summary>
    public static TensorValue CenterCropPad(Call c)
    {
        var x = c.Number(0);
        long[] target = c.Longs(1);
        int[] axes = c.Ints("axes") is { } named ? Array.ConvertAll(named, a => c.Axis(a, x.Rank)) : [.. Enumerable.Range(0, x.Rank)];
        if (target.Length != axes.Length || target.Any(t => t < 0))
        {
            throw c.Bad($"the sizes [{string.Join(", ", target)}] do not fit {axes.Length} axes.");
        }

        long[] before = new long[x.Rank], after = new long[x.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            // Halves of an odd number: the smaller one is in front.
            long more = checked(target[i] - x.Shape[axes[i]]);
            before[axes[i]] = more / 2;
            after[axes[i]] = more - (more / 2);
        }

        return c.Result(Apply(c, x, before, after, "constant", 0));
    }

    private static Tensor Apply(Call c, Tensor x, long[] before, long[] after, string mode, double value)
    {
        for (int i = 0; i < x.Rank; i++)
        {
            long from = Math.Max(0, -before[i]), to = x.Shape[i] - Math.Max(0, -after[i]);
            if (from > 0 || to < x.Shape[i])
            {
                x = x.Narrow(i, c.Fit(Math.Min(from, x.Shape[i])), c.Fit(Math.Max(0, to)));
                (before[i], after[i]) = (Math.Max(0, before[i]), Math.Max(0, after[i]));
            }
        }

        var shape = x.Shape;
        Shapes.Dims(c, [.. before.Select((b, i) => checked(b + shape[i] + after[i]))]);
        if (mode == "constant")
        {
            return before.Concat(after).All(p => p == 0) ? x : x.Pad(Array.ConvertAll(before, c.Fit), Array.ConvertAll(after, c.Fit), value);
        }

        for (int i = 0; i < x.Rank; i++)
        {
            if (before[i] != 0 || after[i] != 0)
            {
                x = x.IndexSelect(i, Tensor.From(Places(c, x.Shape[i], before[i], after[i], mode)));
            }
        }

        return x;
    }

    private static long[] Places(Call c, int n, long before, long after, string mode)
    {
        if (n == 0)
        {
            throw c.Bad("an axis without elements has nothing to repeat.");
        }

        long[] places = new long[before + n + after];
        for (int i = 0; i < places.Length; i++)
        {
            long at = i - before;
            places[i] = mode switch
            {
                "edge" => Math.Clamp(at, 0, n - 1),
                "wrap" => Modulo(at, n),
                "reflect" => n == 1 ? 0 : n - 1 - Math.Abs(n - 1 - Modulo(at, 2 * (n - 1L))),
                _ => throw c.Bad($"there is no mode {OnnxException.Quote(mode)}; there are constant, reflect, edge and wrap."),
            };
        }

        return places;
    }

    private static long Modulo(long a, long n) => ((a % n) + n) % n;
}
