using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle.Nn;

/// <summary>m = w; w += scale T² g, with T = |w| + eta where relative, else 1.</summary>
internal readonly unsafe struct ClimbRule<T>(double scale, bool relative, double eta) : IUpdateRule<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(T* w, T* g, T* m, T* v, nint n)
    {
        Vector512<T> factor = UpdateLanes.Fill<T>(scale), least = UpdateLanes.Fill<T>(eta);
        int lanes = Vector512<T>.Count;
        for (nint i = 0; i < n; i += lanes)
        {
            var x = Vector512.Load(w + i);
            var d = Vector512.Load(g + i);
            x.Store(m + i);
            if (relative)
            {
                var unit = Vector512.Abs(x) + least;
                d *= unit * unit;
            }

            UpdateLanes.Fma(factor, d, x).Store(w + i);
        }
    }
}

/// <summary>m = (|w| + eta) g.</summary>
internal readonly unsafe struct RelativeRule<T>(double eta) : IUpdateRule<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(T* w, T* g, T* m, T* v, nint n)
    {
        var least = UpdateLanes.Fill<T>(eta);
        int lanes = Vector512<T>.Count;
        for (nint i = 0; i < n; i += lanes)
        {
            ((Vector512.Abs(Vector512.Load(w + i)) + least) * Vector512.Load(g + i)).Store(m + i);
        }
    }
}
