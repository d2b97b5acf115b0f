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
            var (a, b) = (Unit(Vector512.Load(words)), Unit(Vector512.Load(words + 16)));
            (a, b) = normal ? BoxMuller(a, b) : (a, b);
            a.Store(values);
            b.Store(values + 16);
            int n = Math.Min(PhiloxLanes.Count, to - i);
            new ReadOnlySpan<float>(values, n).CopyTo(new Span<float>(target + i, n));
        }
    }

    /// <summary>Uniform in [0, 1) from 24 bits: every value is exact in f32 and below 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Unit(Vector512<uint> words) => Vector512.ConvertToSingle((words >>> 8).AsInt32()) * (1f / (1 << 24));

    // Of each vector lanes 0-7 give radii, lanes 8-15 angles: eight cosines and eight sines.
    private static (Vector512<float> A, Vector512<float> B) BoxMuller(Vector512<float> a, Vector512<float> b)
    {
        var rest = Vector512<float>.One - Vector512.Create(a.GetLower(), b.GetLower());
        var radius = Vector512.Sqrt(LaneMath.Log(rest) * -2f);
        var angle = Vector512.Create(a.GetUpper(), b.GetUpper()) * (float)(2 * Math.PI);
        var (x, y) = (radius * LaneMath.Cos(angle), radius * LaneMath.Sin(angle));
        return (Vector512.Create(x.GetLower(), y.GetLower()), Vector512.Create(x.GetUpper(), y.GetUpper()));
    }
}
