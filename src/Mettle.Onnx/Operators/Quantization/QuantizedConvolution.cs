namespace Mettle.Onnx;

/// <summary>Convolutions of 8-bit levels (ONNX ConvInteger and QLinearConv): sums are exact in i32.</summary>
internal static class QuantizedConvolution
{
    /// <summary>
    /// Inputs: images, their scale and zero point, weights and theirs (one, or one per filter), the result's, and perhaps an
    /// i32 bias in steps of the two scales' product.
    /// </summary>
    public static OnnxValue Evaluate(Call c)
    {
        var sums = Sums(c, c.Tensor(0), c.Tensor(3), c.Tensor(2), c.Tensor(5));
        int rank = sums.Rank;
        if (c.Has(8))
        {
            sums += PerFilter(c.Number(8), rank);
        }

        var scale = c.Number(1).Reshape(new Shape()) * PerFilter(c.Number(4), rank);
        var zero = c.Value<TensorValue>(7);
        return Quantization.Steps(
            sums.To(DType.F32) * scale, c.Number(6).Reshape(new Shape()), zero with { Tensor = zero.Tensor.Reshape(new Shape()) }, zero.Type);
    }

    /// <summary>Sums of products of levels less their zero points, by the node's attributes.</summary>
    public static Tensor Sums(Call c, Tensor x, Tensor weight, Tensor? zero, Tensor? weightZero)
    {
        int axes = x.Rank - 2;
        if (axes is not (1 or 2) || weight.Rank != x.Rank)
        {
            throw c.Bad($"8-bit convolutions have one or two spatial axes; got {x.Spec} and {weight.Spec}.");
        }

        int[] stride = Each(c, "strides", axes), dilation = Each(c, "dilations", axes);
        int[] padding = c.Text("auto_pad", "NOTSET") switch
        {
            "NOTSET" => c.Ints("pads") ?? new int[2 * axes],
            "VALID" => new int[2 * axes],
            "SAME_UPPER" => Same(x, weight, stride, dilation, upper: true),
            "SAME_LOWER" => Same(x, weight, stride, dilation, upper: false),
            var other => throw c.Bad($"the padding {OnnxException.Quote(other)} is not one of NOTSET, VALID, SAME_UPPER and SAME_LOWER."),
        };
        if (padding.Length != 2 * axes)
        {
            throw c.Bad($"{padding.Length} pads do not fit {axes} spatial axes.");
        }

        var filters = weightZero ?? Tensor.Zeros([], weight.DType);
        filters = filters.Count == 1 ? filters.Reshape(new Shape()) : filters;
        return new ConvInteger(stride, padding, dilation, c.Int("group", 1)).ApplyAll(
            x, weight, (zero ?? Tensor.Zeros([], x.DType)).Reshape(new Shape()), filters.Broadcast([weight.Shape[0]]))[0];
    }

    private static int[] Each(Call c, string name, int axes)
    {
        int[] given = c.Ints(name) ?? [.. Enumerable.Repeat(1, axes)];
        return given.Length == axes && given.All(g => g > 0) ? given : throw c.Bad($"'{name}' needs {axes} positive numbers.");
    }

    // As much as makes ceil(size / stride) windows; an odd rest goes to the end or to the begin.
    private static int[] Same(Tensor x, Tensor weight, int[] stride, int[] dilation, bool upper)
    {
        int axes = stride.Length;
        int[] pads = new int[2 * axes];
        for (int i = 0; i < axes; i++)
        {
            long size = x.Shape[i + 2], windows = (size + stride[i] - 1) / stride[i];
            long span = (dilation[i] * (weight.Shape[i + 2] - 1L)) + 1;
            int all = checked((int)Math.Max(0, ((windows - 1) * stride[i]) + span - size));
            pads[i] = upper ? all / 2 : all - (all / 2);
            pads[i + axes] = all - pads[i];
        }

        return pads;
    }

    private static Tensor PerFilter(Tensor t, int rank)
    {
        if (t.Count == 1)
        {
            return t.Reshape(new Shape());
        }

        int[] dims = new int[rank];
        Array.Fill(dims, 1);
        dims[1] = (int)t.Count;
        return t.Reshape(new Shape(dims));
    }
}
