using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle.Nn;

/// <summary>w += scale g.</summary>
internal readonly unsafe struct ShiftRule<T>(double scale) : IUpdateRule<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(T* w, T* g, T* m, T* v, nint n)
    {
        var factor = UpdateLanes.Fill<T>(scale);
        int lanes = Vector512<T>.Count;
        for (nint i = 0; i < n; i += lanes)
        {
            UpdateLanes.Fma(factor, Vector512.Load(g + i), Vector512.Load(w + i)).Store(w + i);
        }
    }
}
