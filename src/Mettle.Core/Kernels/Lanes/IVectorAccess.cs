using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>How a kernel's body reads and writes a vector: whole, or the first few lanes only.</summary>
internal unsafe interface IVectorAccess
{
    static abstract Vector512<T> Load<T>(T* p, nint n)
        where T : unmanaged;

    static abstract void Store<T>(Vector512<T> v, T* p, nint n)
        where T : unmanaged;
}

/// <summary>All lanes are there.</summary>
internal readonly unsafe struct WholeVector : IVectorAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load<T>(T* p, nint n)
        where T : unmanaged
        => Vector512.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector512<T> v, T* p, nint n)
        where T : unmanaged
        => v.Store(p);
}

/// <summary>The first n lanes; the others read as zero.</summary>
internal readonly unsafe struct PartVector : IVectorAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load<T>(T* p, nint n)
        where T : unmanaged
        => Tail.Load(p, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector512<T> v, T* p, nint n)
        where T : unmanaged
        => Tail.Store(v, p, n);
}
