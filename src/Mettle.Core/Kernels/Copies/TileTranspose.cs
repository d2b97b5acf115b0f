using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>Transposed copies of matrices of 4-byte elements, in tiles that stay in the nearest cache.</summary>
internal static unsafe class TileTranspose
{
    private const int Side = 16;

    /// <summary>
    /// Writes element (i, j) of <paramref name="source"/>, at i + j * <paramref name="from"/>, to
    /// i * <paramref name="to"/> + j of <paramref name="target"/>, for i below <paramref name="rows"/> and j below
    /// <paramref name="columns"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(uint* source, nint from, uint* target, nint to, nint rows, nint columns)
    {
        nint whole = Avx.IsSupported ? columns & -Side : 0;
        nint wholeRows = whole == 0 ? 0 : rows & -Side;
        for (nint i = 0; i < wholeRows; i += Side)
        {
            // Along the target's rows, since the processor can wait for many reads at once, but not for many writes.
            for (nint j = 0; j < whole; j += Side)
            {
                uint* s = source + i + (j * from);
                uint* t = target + (i * to) + j;
                if (Sse.IsSupported)
                {
                    for (nint ahead = 2 * Side; ahead < 3 * Side; ahead++)
                    {
                        Sse.Prefetch0(s + (ahead * from));
                    }
                }

                Eight((float*)s, from, (float*)t, to);
                Eight((float*)(s + (8 * from)), from, (float*)(t + 8), to);
                Eight((float*)(s + 8), from, (float*)(t + (8 * to)), to);
                Eight((float*)(s + 8 + (8 * from)), from, (float*)(t + (8 * to) + 8), to);
            }
        }

        Single(source, from, target, to, wholeRows, rows, whole);
        Single(source + (whole * from), from, target + whole, to, 0, rows, columns - whole);
    }

    private static void Single(uint* source, nint from, uint* target, nint to, nint first, nint rows, nint columns)
    {
        for (nint i = first; i < rows; i++)
        {
            for (nint j = 0; j < columns; j++)
            {
                target[(i * to) + j] = source[i + (j * from)];
            }
        }
    }

    // Pairs of elements, then pairs of pairs, then halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight(float* s, nint from, float* t, nint to)
    {
        var (a, b, c, d) = (Vector256.Load(s), Vector256.Load(s + from), Vector256.Load(s + (2 * from)), Vector256.Load(s + (3 * from)));
        s += 4 * from;
        var (e, f, g, h) = (Vector256.Load(s), Vector256.Load(s + from), Vector256.Load(s + (2 * from)), Vector256.Load(s + (3 * from)));
        var (ab, abHigh) = (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b));
        var (cd, cdHigh) = (Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
        var (ef, efHigh) = (Avx.UnpackLow(e, f), Avx.UnpackHigh(e, f));
        var (gh, ghHigh) = (Avx.UnpackLow(g, h), Avx.UnpackHigh(g, h));
        var (p0, p1) = Pairs(ab, cd);
        var (p2, p3) = Pairs(abHigh, cdHigh);
        var (q0, q1) = Pairs(ef, gh);
        var (q2, q3) = Pairs(efHigh, ghHigh);
        Avx.Permute2x128(p0, q0, 0x20).Store(t);
        Avx.Permute2x128(p1, q1, 0x20).Store(t + to);
        Avx.Permute2x128(p2, q2, 0x20).Store(t + (2 * to));
        Avx.Permute2x128(p3, q3, 0x20).Store(t + (3 * to));
        t += 4 * to;
        Avx.Permute2x128(p0, q0, 0x31).Store(t);
        Avx.Permute2x128(p1, q1, 0x31).Store(t + to);
        Avx.Permute2x128(p2, q2, 0x31).Store(t + (2 * to));
        Avx.Permute2x128(p3, q3, 0x31).Store(t + (3 * to));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) Pairs(Vector256<float> x, Vector256<float> y)
        => (Avx.UnpackLow(x.AsDouble(), y.AsDouble()).AsSingle(), Avx.UnpackHigh(x.AsDouble(), y.AsDouble()).AsSingle());
}
