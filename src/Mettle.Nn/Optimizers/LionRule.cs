using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle.Nn;

/// <summary>w = shrink w - rate sign(b1 m + (1 - b1) g); m = b2 m + (1 - b2) g. The sign of 0 is 0.</summary>
internal readonly unsafe struct LionRule<T>(double rate, double beta1, double beta2, double shrink) : IUpdateRule<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(T* w, T* g, T* m, T* v, nint n)
    {
        Vector512<T> b1 = UpdateLanes.Fill<T>(beta1), c1 = UpdateLanes.Fill<T>(1 - beta1);
        Vector512<T> b2 = UpdateLanes.Fill<T>(beta2), c2 = UpdateLanes.Fill<T>(1 - beta2);
        Vector512<T> up = UpdateLanes.Fill<T>(rate), down = UpdateLanes.Fill<T>(-rate), keep = UpdateLanes.Fill<T>(shrink);
        int lanes = Vector512<T>.Count;
        for (nint i = 0; i < n; i += lanes)
        {
            Vector512<T> d = Vector512.Load(g + i), mean = Vector512.Load(m + i);
            var c = UpdateLanes.Fma(b1, mean, c1 * d);
            var move = Vector512.ConditionalSelect(Vector512.GreaterThan(c, Vector512<T>.Zero), down, Vector512<T>.Zero)
                + Vector512.ConditionalSelect(Vector512.LessThan(c, Vector512<T>.Zero), up, Vector512<T>.Zero);
            UpdateLanes.Fma(b2, mean, c2 * d).Store(m + i);
            UpdateLanes.Fma(keep, Vector512.Load(w + i), move).Store(w + i);
        }
    }
}
