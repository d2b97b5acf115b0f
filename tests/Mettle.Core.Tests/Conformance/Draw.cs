namespace Mettle.Core.Tests.Conformance;

/// <summary>
/// Inputs of samples, drawn number by number from a key and without any op or platform function, so that they are the same
/// in every process.
/// </summary>
internal static class Draw
{
    /// <summary>All inputs of a sample, floating-point ones in <paramref name="type"/>.</summary>
    public static Tensor[] Inputs(string op, OpSample sample, DType type)
        => [.. sample.Inputs.Select((input, i) => Input(Key(op, sample).At(i), input, input.Shape, type))];

    /// <summary>One input with a shape of its own (a batch of it).</summary>
    public static Tensor Input(RandomKey key, SampleInput input, Shape shape, DType type)
    {
        int n = checked((int)shape.Count);
        var values = new double[n];
        var order = input.Fill == Fill.Distinct ? key.For("order").Permutation(n) : [];
        for (int i = 0; i < n; i++)
        {
            ulong c = (ulong)i;
            values[i] = input.Fill switch
            {
                Fill.Normal => Bell(key, c),
                Fill.Positive => 0.5 + (1.5 * key.Uniform(c)),
                Fill.Unit => (1.8 * key.Uniform(c)) - 0.9,
                Fill.AwayFromZero => Bell(key, c) is var x ? x + Math.CopySign(0.1, x) : 0,
                Fill.Distinct => ((order[i] - (n / 2)) * 0.07) + (0.01 * key.Uniform(c)),
                Fill.Index => key.Below(input.Bound, c),
                Fill.Bits => key.Below(2, c),
                Fill.Single => Bell(key, c),
                Fill.Step => 0.01 + (0.04 * key.Uniform(c)),
                Fill.Coarse => 0.5 + (1.5 * key.Uniform(c)),
                Fill.U8 => key.Below(256, c),
                Fill.I8 => key.Below(256, c) - 128,
                Fill.I32 => key.Below(2000, c) - 1000,
                _ => throw new ArgumentException($"Unknown fill {input.Fill}."),
            };
        }

        return Make(values, shape, input.Type(type));
    }

    /// <summary>Values of about standard deviation 1 in the shape of <paramref name="like"/>.</summary>
    public static Tensor Direction(RandomKey key, Tensor like)
    {
        var values = new double[like.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Bell(key, (ulong)i);
        }

        return Make(values, like.Shape, like.DType);
    }

    public static Tensor Make(double[] values, Shape shape, DType type) => type switch
    {
        DType.F32 => Tensor.From(Array.ConvertAll(values, x => (float)x), shape),
        DType.F64 => Tensor.From(values, shape),
        DType.I32 => Tensor.From(Array.ConvertAll(values, x => (int)x), shape),
        DType.I64 => Tensor.From(Array.ConvertAll(values, x => (long)x), shape),
        DType.Bool => Tensor.From(Array.ConvertAll(values, x => x != 0), shape),
        DType.U8 => Tensor.From(Array.ConvertAll(values, x => (byte)x), shape),
        DType.I8 => Tensor.From(Array.ConvertAll(values, x => (sbyte)x), shape),
        _ => throw new ArgumentException($"No sample is drawn in {type.Label()}."),
    };

    public static RandomKey Key(string op, OpSample sample) => RandomKey.FromSeed(20).For(op).For(sample.Title);

    // Sum of twelve uniforms: variance 1, and no logarithm whose last bit might differ between platforms.
    private static double Bell(RandomKey key, ulong counter)
    {
        double sum = -6;
        for (ulong i = 0; i < 12; i++)
        {
            sum += key.Uniform((counter * 12) + i);
        }

        return sum;
    }
}
