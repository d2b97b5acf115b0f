using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Division by a count; by a power of two as the multiplication that gives the same.</summary>
internal readonly struct MeanShare<T>(int count)
    where T : unmanaged, INumber<T>
{
    private readonly bool exact = BitOperations.IsPow2(count);
    private readonly T factor = BitOperations.IsPow2(count) ? T.One / T.CreateTruncating(count) : T.CreateTruncating(count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Of(Vector512<T> sum) => exact ? sum * Vector512.Create(factor) : sum / Vector512.Create(factor);
}
