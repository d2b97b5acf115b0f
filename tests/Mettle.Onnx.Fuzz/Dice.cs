namespace Mettle.Onnx.Fuzz;

/// <summary>Random choices in order, all of them determined by a key.</summary>
internal sealed class Dice(RandomKey key)
{
    private static readonly long[] Odd =
    [
        0, 1, -1, 2, -2, 3, 4, 5, 7, 8, 16, 100, 1000, 65_535, 65_536, 1 << 20, 1 << 28, int.MaxValue, int.MaxValue - 1L, int.MinValue,
        1L << 31, 1L << 32, (1L << 32) + 1, 1L << 40, 1L << 62, long.MaxValue, long.MinValue, long.MaxValue - 1,
    ];

    private static readonly float[] OddFloats =
        [0, -0f, 1, -1, 0.5f, 2, 1e-30f, 1e30f, float.MaxValue, -float.MaxValue, float.Epsilon, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 3.5f, -2.25f];

    private ulong counter;

    /// <summary>0 to <paramref name="count"/> - 1.</summary>
    public int Below(int count) => key.Below(count, counter++);

    /// <summary>True once in <paramref name="times"/>.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    public T Pick<T>(IReadOnlyList<T> all) => all[Below(all.Count)];

    /// <summary>A whole number that code may stumble over; small ones are the most frequent.</summary>
    public long Whole() => OneIn(3) ? Below(9) - 3 : Pick(Odd);

    public float Fraction() => OneIn(3) ? (float)(key.Uniform(counter++) * 4) - 2 : Pick(OddFloats);

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++)
        {
            bytes[i] = (byte)Below(256);
        }

        return bytes;
    }

    /// <summary>A length with many short ones.</summary>
    public int Length(int most) => Below(1 + Below(Math.Max(1, most)));
}
