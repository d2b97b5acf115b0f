using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Conversion of IEEE 754 binary16, sixteen at a time.</summary>
internal static unsafe class HalfLanes
{
    /// <summary>Writes <paramref name="n"/> values as binary32, which holds all of them exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ushort* x, float* y, nint n)
    {
        const int Lanes = 16;
        nint i = 0;
        for (; i <= n - Lanes; i += Lanes)
        {
            Widen(Vector256.Load(x + i)).Store(y + i);
        }

        if (i < n)
        {
            ushort* rest = stackalloc ushort[Lanes];
            new Span<ushort>(rest, Lanes).Clear();
            new ReadOnlySpan<ushort>(x + i, (int)(n - i)).CopyTo(new Span<ushort>(rest, Lanes));
            Tail.Store(Widen(Vector256.Load(rest)), y + i, n - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widen(Vector256<ushort> halves)
    {
        // Exponents count from 15 there and from 127 here: exponent and fraction, moved to their place, are 2^112 too small, also where the
        // exponent is 0 and the fraction has no leading one. Only the largest exponent means another thing.
        var (lower, upper) = Vector256.Widen(halves);
        var bits = Vector512.Create(lower, upper);
        var body = (bits & Vector512.Create(0x7FFFu)) << 13;
        var number = (body.AsSingle() * Vector512.Create(0x77800000u).AsSingle()).AsUInt32();
        var special = Vector512.GreaterThanOrEqual(body, Vector512.Create(0x0F800000u));
        number = Vector512.ConditionalSelect(special, body | Vector512.Create(0x7F800000u), number);
        return (number | ((bits & Vector512.Create(0x8000u)) << 16)).AsSingle();
    }
}
