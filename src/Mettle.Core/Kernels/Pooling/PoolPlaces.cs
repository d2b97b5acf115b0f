using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Indices of cells as lanes as wide as T, so that masks of elements select them; in memory they are i64.</summary>
internal static unsafe class PoolPlaces<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Of(int index)
        => typeof(T) == typeof(float) ? Vector512.Create(index).As<int, T>() : Vector512.Create((long)index).As<long, T>();

    /// <summary>All bits of a lane where the places are equal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Equal(Vector512<T> a, Vector512<T> b)
        => typeof(T) == typeof(float) ? Vector512.Equals(a.AsInt32(), b.AsInt32()).As<int, T>() : Vector512.Equals(a.AsInt64(), b.AsInt64()).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load<TAccess>(long* from, nint count)
        where TAccess : struct, IVectorAccess
    {
        var lower = TAccess.Load(from, Math.Min(8, count));
        return typeof(T) == typeof(float)
            ? Vector512.Narrow(lower, count > 8 ? TAccess.Load(from + 8, count - 8) : Vector512<long>.Zero).As<int, T>()
            : lower.As<long, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TAccess>(Vector512<T> places, long* to, nint count)
        where TAccess : struct, IVectorAccess
    {
        if (typeof(T) == typeof(double))
        {
            TAccess.Store(places.AsInt64(), to, count);
            return;
        }

        var (lower, upper) = Vector512.Widen(places.AsInt32());
        TAccess.Store(lower, to, Math.Min(8, count));
        if (count > 8)
        {
            TAccess.Store(upper, to + 8, count - 8);
        }
    }
}
