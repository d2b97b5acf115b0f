using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Random numbers into memory.</summary>
internal static unsafe class RandomFill
{
    /// <summary>Fills elements <paramref name="from"/> (a multiple of 16) to <paramref name="to"/>.</summary>
    public static void Run(RandomKey key, float* target, int from, int to, bool normal)
    {
        uint* words = stackalloc uint[PhiloxLanes.Count];
        float* values = stackalloc float[PhiloxLanes.Count];
        for (int i = from; i < to; i += PhiloxLanes.Count)
        {
            PhiloxLanes.Words(key, (ulong)i / 4, words);
            for (int j = 0; j < PhiloxLanes.Count; j += 16)
            {
                var u = Unit(Vector512.Load(words + j));
                (normal ? BoxMuller(u) : u).Store(values + j);
            }

            int n = Math.Min(PhiloxLanes.Count, to - i);
            new ReadOnlySpan<float>(values, n).CopyTo(new Span<float>(target + i, n));
        }
    }

    /// <summary>Uniform in [0, 1) from 24 bits: every value is exact in f32 and below 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Unit(Vector512<uint> words) => Vector512.ConvertToSingle((words >>> 8).AsInt32()) * (1f / (1 << 24));

    // Lanes 0-7 give radii, lanes 8-15 angles: eight cosines and eight sines.
    private static Vector512<float> BoxMuller(Vector512<float> u)
    {
        var lower = u.GetLower();
        var upper = u.GetUpper();
        var radius = Vector512.Sqrt(LaneMath.Log(Vector512.Create(Vector256<float>.One - lower, Vector256<float>.One - lower)) * -2f);
        var angle = Vector512.Create(upper, upper) * (float)(2 * Math.PI);
        var cos = LaneMath.Cos(angle).GetLower();
        var sin = LaneMath.Sin(angle).GetUpper();
        return radius * Vector512.Create(cos, sin);
    }
}
