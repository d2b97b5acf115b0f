using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle.Nn;

/// <summary>
/// Optimiser state as bf16 between steps. Rounded at random, up as often as the value lies nearer to the upper neighbour, so that the
/// small changes of a slow average are kept on average instead of lost (Gupta et al., "Deep learning with limited numerical precision",
/// ICML 2015; for bf16 state: Zamirai et al., "Revisiting BFloat16 training", 2020). Which way depends on (seed, index) alone.
/// </summary>
internal static unsafe class HalfState
{
    /// <summary>Elements worked on at a time; a multiple of a vector's.</summary>
    public const int Block = 512;

    /// <summary>Widens n elements, and fills up with zeros to a whole vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ushort* from, float* to, nint n)
    {
        nint i = 0;
        for (; i + 16 <= n; i += 16)
        {
            var (low, high) = Vector256.Widen(Vector256.Load(from + i));
            (Vector512.Create(low, high) << 16).AsSingle().Store(to + i);
        }

        if (i < n)
        {
            Vector512<float>.Zero.Store(to + i);
        }

        for (; i < n; i++)
        {
            to[i] = BitConverter.UInt32BitsToSingle((uint)from[i] << 16);
        }
    }

    /// <summary>Rounds n elements of which the first is number <paramref name="index"/> of its tensor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(float* from, ushort* to, nint n, uint index, uint seed)
    {
        var steps = Vector512.Create(0u, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        nint i = 0;
        for (; i + 16 <= n; i += 16)
        {
            var bits = Vector512.Load((uint*)from + i);
            var up = bits + (Mix((Vector512.Create(index + (uint)i) + steps) ^ Vector512.Create(seed)) >>> 16);

            // Infinity and NaN stay what they are.
            var special = Vector512.Equals(bits & Vector512.Create(0x7F800000u), Vector512.Create(0x7F800000u));
            var rounded = Vector512.ConditionalSelect(special, bits, up) >>> 16;
            Vector256.Narrow(rounded.GetLower(), rounded.GetUpper()).Store(to + i);
        }

        for (; i < n; i++)
        {
            uint bits = ((uint*)from)[i], up = bits + (Mix((index + (uint)i) ^ seed) >> 16);
            to[i] = (ushort)(((bits & 0x7F800000) == 0x7F800000 ? bits : up) >> 16);
        }
    }

    // Wellons' integer hash with low bias ("Prospecting for hash functions", 2018); the seed of each step comes from Philox.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Mix(Vector512<uint> x)
    {
        x = (x ^ (x >>> 16)) * Vector512.Create(0x7FEB352Du);
        x = (x ^ (x >>> 15)) * Vector512.Create(0x846CA68Bu);
        return x ^ (x >>> 16);
    }

    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x7FEB352D;
        x = (x ^ (x >> 15)) * 0x846CA68B;
        return x ^ (x >> 16);
    }
}
