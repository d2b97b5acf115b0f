using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Random numbers into memory, sixteen at a time.</summary>
internal static unsafe class RandomFill
{
    /// <summary>Fills elements <paramref name="from"/> (a multiple of 16) to <paramref name="to"/>.</summary>
    public static void Run(RandomKey key, float* target, int from, int to, bool normal)
    {
        uint* words = stackalloc uint[16];
        float* values = stackalloc float[16];
        for (int i = from; i < to; i += 16)
        {
            for (int j = 0; j < 4; j++)
            {
                (words[4 * j], words[(4 * j) + 1], words[(4 * j) + 2], words[(4 * j) + 3]) = key.Words((ulong)((i / 4) + j));
            }

            // 24 random bits: every value is exact in f32 and below 1.
            var u = Vector512.ConvertToSingle((Vector512.Load(words) >> 8).AsInt32()) * (1f / (1 << 24));
            (normal ? BoxMuller(u) : u).Store(values);
            new ReadOnlySpan<float>(values, Math.Min(16, to - i)).CopyTo(new Span<float>(target + i, Math.Min(16, to - i)));
        }
    }

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
