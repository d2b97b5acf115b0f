using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Maxima lane by lane, as <see cref="WindowMax"/> counts them: of zeros the first, NaN if there was one. NaNs are kept
/// account of beside the maximum, since a chain through selections would wait for each.
/// </summary>
internal struct Largest<T>
    where T : unmanaged
{
    private Vector512<T> best;
    private Vector512<T> numbers;

    /// <summary>Nothing seen yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Largest<T> None()
        => new()
        {
            best = typeof(T) == typeof(float)
                ? Vector512.Create(float.NegativeInfinity).As<float, T>()
                : Vector512.Create(double.NegativeInfinity).As<double, T>(),
            numbers = Vector512<T>.AllBitsSet,
        };

    /// <summary>Sees <paramref name="v"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void See(Vector512<T> v)
    {
        // Of equals, and of a NaN and a number, the instruction gives its second operand.
        best = Vector512.MaxNative(v, best);
        numbers &= Vector512.Equals(v, v);
    }

    /// <summary>The largest seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<T> Value()
        => Vector512.ConditionalSelect(numbers, best, typeof(T) == typeof(float) ? Vector512.Create(float.NaN).As<float, T>() : Vector512.Create(double.NaN).As<double, T>());
}
