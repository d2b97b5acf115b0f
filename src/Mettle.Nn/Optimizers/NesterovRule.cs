using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle.Nn;

/// <summary>m = momentum m + g; w = g + momentum m: what Nesterov's momentum makes of a gradient.</summary>
internal readonly unsafe struct NesterovRule<T>(double momentum) : IUpdateRule<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(T* w, T* g, T* m, T* v, nint n)
    {
        var mu = UpdateLanes.Fill<T>(momentum);
        int lanes = Vector512<T>.Count;
        for (nint i = 0; i < n; i += lanes)
        {
            var d = Vector512.Load(g + i);
            var b = UpdateLanes.Fma(mu, Vector512.Load(m + i), d);
            b.Store(m + i);
            UpdateLanes.Fma(mu, b, d).Store(w + i);
        }
    }
}

/// <summary>w = keep w + scale g.</summary>
internal readonly unsafe struct DecayRule<T>(double keep, double scale) : IUpdateRule<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(T* w, T* g, T* m, T* v, nint n)
    {
        Vector512<T> rest = UpdateLanes.Fill<T>(keep), factor = UpdateLanes.Fill<T>(scale);
        int lanes = Vector512<T>.Count;
        for (nint i = 0; i < n; i += lanes)
        {
            UpdateLanes.Fma(factor, Vector512.Load(g + i), rest * Vector512.Load(w + i)).Store(w + i);
        }
    }
}
