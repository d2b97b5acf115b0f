namespace Mettle.Onnx;

/// <summary>Normalisations.</summary>
internal static class Normalizations
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("BatchNormalization", BatchNormalization.Evaluate),
        Operator.Of("InstanceNormalization", c => Grouped(c, Image(c), Image(c).Shape[1], Like(c, 1), Like(c, 2))),
        Operator.Of("LayerNormalization", LayerNormalization),
        Operator.Of("GroupNormalization", GroupNormalization),
        Operator.Of("RMSNormalization", RmsNormalization),
        Operator.Of("LRN", LocalResponse),
        Operator.Of("LpNormalization", LpNormalization),
        Operator.Of("MeanVarianceNormalization", MeanVariance),
    ];

    private static Tensor Image(Call c)
    {
        var x = c.Number(0);
        return x.Rank >= 2 ? x : throw c.Bad($"it needs [N, C, ...], not {x.Shape}.");
    }

    // A parameter in the type in which input 0 is computed.
    private static Tensor Like(Call c, int i) => c.Number(i).To(c.Number(0).DType);

    // Number of axes from the attribute 'axis' on.
    private static int Last(Call c, Tensor x) => x.Rank - c.Axis(c.Int("axis", -1), x.Rank);

    // Ba, Kiros, Hinton: Layer Normalization, 2016.
    private static OnnxValue[] LayerNormalization(Call c)
    {
        var x = c.Number(0);
        int axes = Last(c, x);
        Shape inner = new(x.Shape.Dims[^axes..]);
        Tensor weight = Like(c, 1);
        var bias = c.Has(2) ? Like(c, 2) : null;
        double epsilon = c.Float("epsilon", 1e-5f);
        bool fused = weight.Shape == inner && (bias is null || bias.Shape == inner);
        var op = new Mettle.LayerNormalization(axes, epsilon);
        var results = !fused ? op.ApplyAll(x) : bias is null ? op.ApplyAll(x, weight) : op.ApplyAll(x, weight, bias);
        var y = results[0];
        if (!fused)
        {
            y *= weight;
            y = bias is null ? y : y + bias;
        }

        Shape rows = new([.. x.Shape.Dims[..^axes], .. Enumerable.Repeat(1, axes)]);
        var stash = c.Element("stash_type", ElementType.F32);
        return [c.Result(y), Call.Result(results[1].Reshape(rows), stash), Call.Result(results[2].Reshape(rows), stash)];
    }

    // Wu, He: Group Normalization, 2018. Before version 21 there was one weight per group.
    private static TensorValue GroupNormalization(Call c)
    {
        var x = Image(c);
        int groups = c.Int("num_groups"), channels = x.Shape[1];
        if (groups < 1 || channels % groups != 0)
        {
            throw c.Bad($"{channels} channels do not divide into {groups} groups.");
        }

        Tensor PerChannel(int i) => c.Opset < 21
            ? Like(c, i).Reshape(groups, 1).Broadcast([groups, channels / groups]).Reshape(channels)
            : Like(c, i);
        return Grouped(c, x, groups, PerChannel(1), PerChannel(2));
    }

    private static TensorValue Grouped(Call c, Tensor x, int groups, Tensor weight, Tensor bias)
        => c.Result(x.GroupNorm(groups, weight, bias, c.Float("epsilon", 1e-5f)));

    // Zhang, Sennrich: Root Mean Square Layer Normalization, 2019.
    private static TensorValue RmsNormalization(Call c)
    {
        var x = c.Number(0);
        int axes = Last(c, x);
        var mean = x.Square().KeepMean([.. Enumerable.Range(x.Rank - axes, axes)]);
        return c.Result(x / (mean + c.Float("epsilon", 1e-5f)).Sqrt() * Like(c, 1));
    }

    // Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, 2012, section 3.3.
    private static TensorValue LocalResponse(Call c)
    {
        var x = Image(c);
        int size = c.Int("size"), channels = x.Shape[1];
        if (size < 1)
        {
            throw c.Bad($"size must be at least 1, not {size}.");
        }

        // Neighbours farther away than there are channels do not exist.
        int below = Math.Min((size - 1) / 2, channels), above = Math.Min(size / 2, channels);
        var border = new int[x.Rank];
        var end = new int[x.Rank];
        (border[1], end[1]) = (below, above);
        var squares = x.Square().Pad(border, end);
        var sum = squares.Narrow(1, 0, channels);
        for (int i = 1; i <= below + above; i++)
        {
            sum += squares.Narrow(1, i, i + channels);
        }

        var scale = (sum * ((double)c.Float("alpha", 1e-4f) / size)) + c.Float("bias", 1);
        return c.Result(x / Power(scale, c.Float("beta", 0.75f)));
    }

    // Roots are faster than powers.
    private static Tensor Power(Tensor x, float p) => p == 0.75f ? x.Sqrt() * x.Sqrt().Sqrt() : x.Pow((double)p);

    private static TensorValue LpNormalization(Call c)
    {
        var x = c.Number(0);
        int axis = c.Axis(c.Int("axis", -1), x.Rank), p = c.Int("p", 2);
        var norm = p switch
        {
            1 => x.Abs().Sum(axis).Unsqueeze(axis),
            2 => x.Square().Sum(axis).Unsqueeze(axis).Sqrt(),
            _ => throw c.Bad($"p must be 1 or 2, not {p}."),
        };
        return c.Result(x / Tensor.Where(norm.EqualTo(0), 1, norm));
    }

    private static TensorValue MeanVariance(Call c)
    {
        var x = c.Number(0);
        int[] axes = [.. (c.Ints("axes") ?? [0, 2, 3]).Select(a => c.Axis(a, x.Rank)).Distinct()];
        var centred = x - x.KeepMean(axes);
        return c.Result(centred / (centred.Square().KeepMean(axes).Sqrt() + 1e-9));
    }
}
