namespace Mettle.Onnx;

/// <summary>
/// ONNX Resize and its forerunner Upsample: all modes work axis by axis. The nearest cells are selected; the others are sums of
/// selections, so that an infinity reaches only the cells that it is read for.
/// </summary>
internal static class Resize
{
    private const int MostSelections = 16;
    private const int LongestSide = 1 << 16;
    private const long MostWeights = 1 << 24;

    // Sums hold several terms at a time.
    private const int Terms = 4;

    /// <summary>The operator Resize.</summary>
    public static OnnxValue Evaluate(Call c)
    {
        var shape = Moved.Shape(c.Value(0));
        if (c.Opset < 11)
        {
            return Apply(c, ResizeAxis.OfScales(c, shape, Floats(c, 1)), ResizeRule.Early(c, "down_up"));
        }

        int[] axes = c.Ints("axes") is { } named ? Array.ConvertAll(named, a => c.Axis(a, shape.Rank)) : [.. Enumerable.Range(0, shape.Rank)];
        if (axes.Distinct().Count() < axes.Length)
        {
            throw c.Bad("an axis is named twice.");
        }

        bool sized = c.Has(3) && c.Tensor(3).Count > 0;
        float[] scales = c.Has(2) ? Floats(c, 2) : [];
        if (sized == scales.Length > 0)
        {
            throw c.Bad("it needs either scales or sizes.");
        }

        var all = sized
            ? ResizeAxis.OfSizes(c, shape, axes, c.Longs(3), c.Text("keep_aspect_ratio_policy", "stretch"))
            : ResizeAxis.OfScales(c, shape, scales, axes);
        var rule = ResizeRule.Of(c);
        return Apply(c, rule.Crops ? ResizeAxis.Cropped(c, all, axes, c.Has(1) ? Floats(c, 1) : []) : all, rule);
    }

    /// <summary>The operator Upsample; its scales were an attribute at first.</summary>
    public static OnnxValue Upsample(Call c)
    {
        float[] scales = c.Has(1) ? Floats(c, 1) : c.Floats("scales") ?? throw c.Bad("it needs scales.");
        return Apply(c, ResizeAxis.OfScales(c, Moved.Shape(c.Value(0)), scales), ResizeRule.Early(c, "floor"));
    }

    private static float[] Floats(Call c, int input)
        => c.Tensor(input).Count <= 2 * Shape.MaxRank ? c.Tensor(input).To(DType.F32).ToArray<float>() : throw c.Bad($"input {input} should be a few numbers, not {c.Tensor(input).Spec}.");

    private static OnnxValue Apply(Call c, IReadOnlyList<ResizeAxis> axes, ResizeRule rule)
    {
        long[] dims = Array.ConvertAll(Moved.Shape(c.Value(0)).Dims.ToArray(), d => (long)d);
        foreach (var a in axes)
        {
            dims[a.Axis] = a.To;
            if (a.From == 0 && a.To > 0)
            {
                throw c.Bad($"axis {a.Axis} has no cells to make {a.To} of.");
            }
        }

        Window.Checked(c, Moved.Shape(c.Value(0)).Count, rule.Mode == "nearest" ? dims : [.. dims, Terms]);

        // Axes that shrink come first, for less is left to do then; of those alike, the last where it makes less to look up, which is
        // dearer there than copying rows.
        var changed = axes.Where(a => rule.Crops || a.To != a.From || a.Length != a.From)
            .OrderBy(a => a.Length / a.From).ThenBy(a => a.Length > a.From ? -a.Axis : a.Axis).ToArray();
        if (rule.Mode == "nearest")
        {
            var indices = Array.ConvertAll(changed, a => rule.Nearest(a));
            return rule.Crops
                ? c.Result(Cropped(Select(c.Number(0), changed, indices), changed, rule))
                : Moved.By(c.Value(0), x => Select(x, changed, indices));
        }

        var x = c.Number(0);
        x = x.DType.IsFloat() ? x : x.To(x.DType == DType.I64 ? DType.F64 : DType.F32);
        foreach (var a in changed)
        {
            int side = rule.Side(a);
            x = side <= LongestSide ? Blend(x, a, rule.Taps(a)) : throw c.Bad($"a filter of {side} cells on either side for axis {a.Axis} is too long.");
        }

        return c.Result(Cropped(x, changed, rule));
    }

    private static Tensor Select(Tensor x, ResizeAxis[] axes, long[][] indices)
    {
        for (int i = 0; i < axes.Length; i++)
        {
            x = Select(x, axes[i].Axis, indices[i]);
        }

        return x;
    }

    private static Tensor Select(Tensor x, int axis, long[] index)
    {
        if (index.Length > 0)
        {
            long step = index.Length > 1 ? index[1] - index[0] : 1;
            if (step > 0 && Enumerable.Range(0, index.Length).All(i => index[i] == index[0] + (i * step)))
            {
                return index.Length == x.Shape[axis] ? x : x.Narrow(axis, (int)index[0], (int)index[^1] + 1, (int)step);
            }
        }

        return x.IndexSelect(axis, Tensor.From(index));
    }

    private static Tensor Blend(Tensor x, ResizeAxis a, ResizeTaps taps)
    {
        var used = Enumerable.Range(0, taps.Index.Length).Where(t => taps.Weight[t].Any(w => w != 0)).ToArray();
        if (used.Length > MostSelections && (long)a.From * a.To <= MostWeights)
        {
            var matrix = Numbers(taps.Matrix(a.From), x.DType).Reshape(new Shape(a.From, a.To));
            return x.Unsqueeze(0).Transpose(a.Axis + 1, -1).MatMul(matrix).Transpose(a.Axis + 1, -1).Squeeze(0);
        }

        Tensor? sum = null;
        foreach (int t in used)
        {
            var term = Select(x, a.Axis, taps.Index[t]);
            term = taps.Weight[t].All(w => w == 1)
                ? term
                : term * Numbers(taps.Weight[t], x.DType).Reshape(Shapes.Along(a.Axis, x.Rank, a.To));
            sum = sum is null ? term : sum + term;
        }

        return sum ?? Select(x, a.Axis, new long[a.To]) * 0;
    }

    private static Tensor Numbers(double[] values, DType type)
        => type == DType.F64 ? Tensor.From(values) : Tensor.From(Array.ConvertAll(values, v => (float)v));

    // What lies outside the operand takes the node's value, whatever was read there.
    private static Tensor Cropped(Tensor x, ResizeAxis[] axes, ResizeRule rule)
    {
        foreach (var a in axes)
        {
            bool[] outside = [.. rule.Places(a).Select(p => !(p >= 0 && p <= a.From - 1))];
            if (rule.Crops && outside.Any(o => o))
            {
                x = Tensor.Where(Tensor.From(outside).Reshape(Shapes.Along(a.Axis, x.Rank, a.To)), rule.Outside, x);
            }
        }

        return x;
    }
}
