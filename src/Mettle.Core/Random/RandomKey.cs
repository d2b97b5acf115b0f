using System.Runtime.Intrinsics;
using System.Text;

namespace Mettle;

/// <summary>
/// A point in a tree of random streams. Numbers come from a counter and the key, not from hidden state, so they depend on
/// (seed, purpose, epoch, sample) only: never on threads, batch order or what ran before.
/// </summary>
/// <remarks>Philox 4x32 with 10 rounds: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).</remarks>
public readonly record struct RandomKey(ulong Value)
{
    /// <summary>The root key of a seed.</summary>
    public static RandomKey FromSeed(ulong seed) => new(Mix(seed ^ 0x9E3779B97F4A7C15UL));

    /// <summary>The child stream for a purpose, e.g. <c>key.For("dropout")</c>.</summary>
    public RandomKey For(string purpose)
    {
        ulong h = 0xCBF29CE484222325UL;
        foreach (byte b in Encoding.UTF8.GetBytes(purpose))
        {
            h = (h ^ b) * 0x100000001B3UL;
        }

        return new(Mix(Value ^ Mix(h)));
    }

    /// <summary>The child stream with an index: an epoch, a layer, a sample.</summary>
    public RandomKey At(long index) => new(Mix(Value + (0x9E3779B97F4A7C15UL * ((ulong)index + 1))));

    /// <summary>Four independent uniform 32-bit words for <paramref name="counter"/>.</summary>
    public (uint A, uint B, uint C, uint D) Words(ulong counter) => Philox(Value, counter, 0);

    /// <summary>Uniform 64-bit word for <paramref name="counter"/>.</summary>
    public ulong Word(ulong counter)
    {
        var (a, b, _, _) = Words(counter);
        return ((ulong)a << 32) | b;
    }

    /// <summary>Uniform in [0, 1) with 53 random bits.</summary>
    public double Uniform(ulong counter = 0) => (Word(counter) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform integer in [0, <paramref name="bound"/>), by multiplication; bias below 2^-32 for bounds under 2^31.</summary>
    public int Below(int bound, ulong counter = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)Math.BigMul(Word(counter), (ulong)bound, out _);
    }

    /// <summary>Standard normal for <paramref name="counter"/> (Box-Muller in float64).</summary>
    public double Normal(ulong counter = 0)
    {
        var (a, b, c, d) = Words(counter);
        double u = (((((ulong)a << 32) | b) >> 11) + 1) * (1.0 / (1UL << 53));
        double v = ((((ulong)c << 32) | d) >> 11) * (1.0 / (1UL << 53));
        return Math.Sqrt(-2 * LaneMath.Log(Vector512.Create(u)).ToScalar()) * LaneMath.Cos(Vector512.Create(2 * Math.PI * v)).ToScalar();
    }

    /// <summary>A random order of 0..<paramref name="count"/>-1 (Fisher-Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++)
        {
            int j = Below(i + 1, (ulong)i);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    /// <summary>
    /// <paramref name="count"/> different numbers of 0..<paramref name="of"/>-1 in a random order, at a cost that does not grow with
    /// <paramref name="of"/> (the first swaps of Fisher-Yates on a table of what they moved).
    /// </summary>
    public int[] Draw(int count, int of)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, of);
        var drawn = new int[count];
        var moved = new Dictionary<int, int>(count);
        for (int i = 0; i < count; i++)
        {
            int j = i + Below(of - i, (ulong)i);
            drawn[i] = moved.GetValueOrDefault(j, j);
            moved[j] = moved.GetValueOrDefault(i, i);
        }

        return drawn;
    }

    /// <summary>The generator itself on its whole counter of 128 bits.</summary>
    internal static (uint A, uint B, uint C, uint D) Philox(ulong key, ulong counter, ulong upper)
    {
        uint c0 = (uint)counter, c1 = (uint)(counter >> 32), c2 = (uint)upper, c3 = (uint)(upper >> 32);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * c0;
            ulong p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return (c0, c1, c2, c3);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
