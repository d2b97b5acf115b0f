using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle.Nn;

/// <summary>w += share * (g - w).</summary>
internal readonly unsafe struct MixRule<T>(double share) : IUpdateRule<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(T* w, T* g, T* m, T* v, nint n)
    {
        var part = UpdateLanes.Fill<T>(share);
        int lanes = Vector512<T>.Count;
        for (nint i = 0; i < n; i += lanes)
        {
            var x = Vector512.Load(w + i);
            UpdateLanes.Fma(part, Vector512.Load(g + i) - x, x).Store(w + i);
        }
    }
}
