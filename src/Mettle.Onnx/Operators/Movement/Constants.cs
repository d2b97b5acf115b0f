namespace Mettle.Onnx;

/// <summary>Values out of the file, ranges, windows and random numbers.</summary>
internal static class Constants
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Constant", Constant),
        Operator.Of("ConstantOfShape", ConstantOfShape),
        Operator.Of("Range", Range),
        Operator.Of("HannWindow", c => Window(c, [0.5, -0.5])),
        Operator.Of("HammingWindow", c => Window(c, [25.0 / 46, -21.0 / 46])),
        Operator.Of("BlackmanWindow", c => Window(c, [0.42, -0.5, 0.08])),
        Operator.Of("MelWeightMatrix", MelWeights.Evaluate),
        Operator.Of("RandomNormal", c => Normal(c, Dims(c), ElementType.F32)),
        Operator.Of("RandomNormalLike", c => Normal(c, c.Tensor(0).Shape, c.Type(0))),
        Operator.Of("RandomUniform", c => Uniform(c, Dims(c), ElementType.F32)),
        Operator.Of("RandomUniformLike", c => Uniform(c, c.Tensor(0).Shape, c.Type(0))),
        Operator.Of("Bernoulli", Bernoulli),
        Operator.Of("Multinomial", Multinomial),
    ];

    private static OnnxValue Constant(Call c)
        => (c.Attribute("value") ?? c.Attribute("sparse_value"))?.Value
            ?? (c.Attribute("value_float")?.Float is { } fraction ? OnnxValue.From(Tensor.From([fraction], new Shape()))
            : c.Attribute("value_floats")?.Floats is { } fractions ? OnnxValue.From(Tensor.From(fractions.ToArray()))
            : c.Attribute("value_int")?.Int is { } integer ? OnnxValue.From(Tensor.From([integer], new Shape()))
            : c.Attribute("value_ints")?.Ints is { } integers ? OnnxValue.From(Tensor.From(integers.ToArray()))
            : c.Attribute("value_string")?.Text is { } text ? new TextValue([text], new Shape())
            : c.Attribute("value_strings")?.Texts is { } texts ? new TextValue(texts, [texts.Count])
            : throw c.Bad("it has no value."));

    private static OnnxValue ConstantOfShape(Call c)
    {
        var shape = Shapes.Dims(c, c.Longs(0));
        var value = c.Attribute("value")?.Value ?? OnnxValue.From(Tensor.Zeros([1]));
        return Moved.Shape(value).Count == 1
            ? Moved.By(value, v => v.Reshape(new Shape()).Broadcast(shape))
            : throw c.Bad($"its value must be one element, not {value.Describe()}.");
    }

    private static TensorValue Range(Call c)
    {
        var (start, limit, delta) = (c.Number(0).Reshape(new Shape()), c.Number(1).Reshape(new Shape()), c.Number(2).Reshape(new Shape()));
        Int128 count;
        if (c.Type(0).IsFloat())
        {
            double exact = Math.Ceiling((limit.Item() - start.Item()) / delta.Item());
            count = exact > 0 ? (Int128)Math.Min(exact, long.MaxValue) : double.IsNaN(exact) ? throw c.Bad("it has no end.") : 0;
        }
        else
        {
            Int128 way = (Int128)c.Long(1) - c.Long(0), step = c.Long(2);
            count = step == 0 ? throw c.Bad("a step of 0 has no end.") : (way > 0) == (step > 0) ? (way + step - Int128.Sign(step)) / step : 0;
        }

        int n = Shapes.Dims(c, [(long)Int128.Min(count, long.MaxValue)])[0];
        return c.Result((Tensor.Arange(n).To(start.DType) * delta) + start);
    }

    // A sum of cosines over one period; periodic ones leave the last sample to the next period.
    private static TensorValue Window(Call c, double[] terms)
    {
        int size = Shapes.Dims(c, [.. c.Longs(0)]) is { Rank: 1 } one ? one[0] : throw c.Bad("the size must be one number.");
        int period = c.Flag("periodic", true) ? size : size - 1;
        double[] values = new double[size];
        for (int i = 0; i < size; i++)
        {
            for (int k = 0; k < terms.Length; k++)
            {
                values[i] += terms[k] * Math.Cos(2 * Math.PI * k * i / Math.Max(1, period));
            }
        }

        return Call.Result(Tensor.From(values), c.Element("output_datatype", ElementType.F32));
    }

    private static Shape Dims(Call c) => Shapes.Dims(c, c.Attribute("shape")?.Ints ?? throw c.Bad("it needs a shape."));

    // Nodes without a seed draw from streams of their own, told apart by what they make.
    private static RandomKey Key(Call c) => c.Attribute("seed")?.Float is { } seed
        ? RandomKey.FromSeed(BitConverter.SingleToUInt32Bits(seed)).For(c.Node.Operator)
        : RandomKey.FromSeed(0).For(c.Node.Operator).For(c.Node.Outputs.FirstOrDefault(""));

    private static TensorValue Normal(Call c, Shape shape, ElementType type)
        => Call.Result(Tensor.Normal(Key(c), shape, c.Float("mean", 0), c.Float("scale", 1)), c.Element("dtype", type));

    private static TensorValue Uniform(Call c, Shape shape, ElementType type)
        => Call.Result(Tensor.Uniform(Key(c), shape, c.Float("low", 0), c.Float("high", 1)), c.Element("dtype", type));

    private static TensorValue Bernoulli(Call c)
    {
        var p = c.Number(0);
        return Call.Result(Tensor.Uniform(Key(c), p.Shape, dtype: p.DType) < p, c.Element("dtype", c.Type(0)));
    }

    // The largest of the log-probabilities plus Gumbel noise is a draw from them (Maddison, Tarlow and Minka 2014).
    private static TensorValue Multinomial(Call c)
    {
        var x = c.Number(0);
        int samples = c.Int("sample_size", 1);
        if (x.Rank != 2 || samples < 0)
        {
            throw c.Bad($"it needs log-probabilities [N, classes], not {x.Shape}, and {samples} samples.");
        }

        var shape = Shapes.Dims(c, [x.Shape[0], samples, x.Shape[1]]);
        var noise = -(-Tensor.Uniform(Key(c), shape, float.Epsilon, 1, x.DType).Log()).Log();
        return Call.Result((x.Unsqueeze(1) + noise).ArgMax(), c.Element("dtype", ElementType.I32));
    }
}
