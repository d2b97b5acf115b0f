using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>Philox 4x32-10 for eight counters at a time: the words of <see cref="RandomKey.Words"/>, in order.</summary>
/// <remarks>
/// A counter's four words live in the same 64-bit lane of two vectors, (A, B) and (C, D). Even lanes hold the first four
/// counters, odd lanes the last four, so that interleaving 128-bit groups puts the words in order.
/// </remarks>
internal static unsafe class PhiloxLanes
{
    /// <summary>Words made at a time.</summary>
    public const int Count = 32;

    private const int Rounds = 10;
    private const byte SwapHalves = 0b10_11_00_01;

    /// <summary>The words of counters <paramref name="counter"/> to counter + 7.</summary>
    public static void Words(RandomKey key, ulong counter, uint* words)
    {
        if (Avx512F.IsSupported)
        {
            Words512(key.Value, counter, words);
        }
        else if (Avx2.IsSupported)
        {
            Words256(key.Value, counter, 0, 1, words);
            Words256(key.Value, counter, 2, 3, words + 8);
        }
        else
        {
            for (int i = 0; i < 8; i++)
            {
                (words[4 * i], words[(4 * i) + 1], words[(4 * i) + 2], words[(4 * i) + 3]) = key.Words(counter + (ulong)i);
            }
        }
    }

    /// <summary>
    /// Factors of dropout for n elements from <paramref name="first"/>, a multiple of 4: 1 / (1 - rate) where the element of
    /// <see cref="Tensor.Uniform"/> is at least the rate, else 0. Room for n rounded up to 32 is written.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DropoutFactors<T>(RandomKey key, double rate, ulong first, int n, T* factors)
        where T : unmanaged
    {
        uint* words = stackalloc uint[Count];
        for (int i = 0; i < n; i += Count)
        {
            Words(key, (first + (ulong)i) / 4, words);
            if (typeof(T) == typeof(float))
            {
                Factors(Vector512.Load(words), (float)rate, (float)(1 / (1 - rate))).Store((float*)factors + i);
                Factors(Vector512.Load(words + 16), (float)rate, (float)(1 / (1 - rate))).Store((float*)factors + i + 16);
                continue;
            }

            for (int j = 0; j < Count; j++)
            {
                ((double*)factors)[i + j] = RandomFill.Unit(Vector512.Create(words[j])).ToScalar() >= (float)rate ? 1 / (1 - rate) : 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Factors(Vector512<uint> words, float rate, float kept)
        => Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(RandomFill.Unit(words), Vector512.Create(rate)), Vector512.Create(kept), Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Words512(ulong key, ulong counter, uint* words)
    {
        var ab = Vector512.Create(counter) + Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7);
        var cd = Vector512<ulong>.Zero;
        var (m0, m1) = (Vector512.Create(0xD2511F53UL).AsUInt32(), Vector512.Create(0xCD9E8D57UL).AsUInt32());
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            var p0 = Avx512F.Multiply(ab.AsUInt32(), m0);
            var p1 = Avx512F.Multiply(cd.AsUInt32(), m1);
            ab = Avx512F.Shuffle(p1.AsUInt32(), SwapHalves).AsUInt64() ^ (ab >>> 32) ^ Vector512.Create((ulong)k0);
            cd = Avx512F.Shuffle(p0.AsUInt32(), SwapHalves).AsUInt64() ^ (cd >>> 32) ^ Vector512.Create((ulong)k1);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        Avx512F.UnpackLow(ab, cd).AsUInt32().Store(words);
        Avx512F.UnpackHigh(ab, cd).AsUInt32().Store(words + 16);
    }

    // Counters low, low + 1 of the first four and of the last four.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Words256(ulong key, ulong counter, ulong low, ulong next, uint* words)
    {
        var ab = Vector256.Create(counter) + Vector256.Create(low, low + 4, next, next + 4);
        var cd = Vector256<ulong>.Zero;
        var (m0, m1) = (Vector256.Create(0xD2511F53UL).AsUInt32(), Vector256.Create(0xCD9E8D57UL).AsUInt32());
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            var p0 = Avx2.Multiply(ab.AsUInt32(), m0);
            var p1 = Avx2.Multiply(cd.AsUInt32(), m1);
            ab = Avx2.Shuffle(p1.AsUInt32(), SwapHalves).AsUInt64() ^ (ab >>> 32) ^ Vector256.Create((ulong)k0);
            cd = Avx2.Shuffle(p0.AsUInt32(), SwapHalves).AsUInt64() ^ (cd >>> 32) ^ Vector256.Create((ulong)k1);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        Avx2.UnpackLow(ab, cd).AsUInt32().Store(words);
        Avx2.UnpackHigh(ab, cd).AsUInt32().Store(words + 16);
    }
}
