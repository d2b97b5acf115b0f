using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Passes over one image whose channels lie plane after plane: vectors of lanes along a plane, sums folded.</summary>
internal readonly unsafe struct PlanePasses<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public PlanePasses(int channels, int places)
    {
        Channels = channels;
        Places = places;
    }

    public int Channels { get; }

    public int Places { get; }

    /// <summary>Sum of each channel.</summary>
    public void Sum(T* x, T* sums)
    {
        for (int c = 0; c < Channels; c++)
        {
            sums[c] = RowMath.Sum(x + (c * (nint)Places), Places);
        }
    }

    /// <summary>Sum of (x - mean)^2 of each channel.</summary>
    public void SquaredDistance(T* x, T* mean, T* sums)
    {
        for (int c = 0; c < Channels; c++)
        {
            sums[c] = SquaresAlong(x + (c * (nint)Places), mean[c]);
        }
    }

    /// <summary>y = (x - mean) factor + shift.</summary>
    public void Normalise(T* x, T* mean, T* factor, T* shift, T* y)
    {
        for (int c = 0; c < Channels; c++)
        {
            NormaliseAlong(x + (c * (nint)Places), mean[c], factor[c], shift[c], y + (c * (nint)Places));
        }
    }

    /// <summary>Sums of g and of g (x - mean) of each channel.</summary>
    public void Products(T* x, T* g, T* mean, T* sums, T* dots)
    {
        for (int c = 0; c < Channels; c++)
        {
            nint at = c * (nint)Places;
            sums[c] = RowMath.Sum(g + at, Places);
            dots[c] = ProductsAlong(x + at, g + at, mean[c]);
        }
    }

    /// <summary>dx = g factor + (x - mean) slope + shift.</summary>
    public void Spread(T* x, T* g, T* mean, T* factor, T* slope, T* shift, T* dx)
    {
        for (int c = 0; c < Channels; c++)
        {
            nint at = c * (nint)Places;
            SpreadAlong(x + at, g + at, mean[c], factor[c], slope[c], shift[c], dx + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private T SquaresAlong(T* x, T mean)
    {
        int w = Vector512<T>.Count;
        nint n = Places, i = 0;
        var m = Vector512.Create(mean);
        var (s0, s1) = (Vector512<T>.Zero, Vector512<T>.Zero);
        for (; i <= n - (2 * w); i += 2 * w)
        {
            var (a, b) = (Vector512.Load(x + i) - m, Vector512.Load(x + i + w) - m);
            s0 = RowMath.Fma(a, a, s0);
            s1 = RowMath.Fma(b, b, s1);
        }

        for (; i < n; i += w)
        {
            var a = n - i >= w ? Vector512.Load(x + i) - m : (Tail.Load(x + i, n - i) - m) & Tail.First<T>(n - i);
            s0 = RowMath.Fma(a, a, s0);
        }

        return LaneMath.Fold<T, Plus>(s0 + s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private T ProductsAlong(T* x, T* g, T mean)
    {
        int w = Vector512<T>.Count;
        nint n = Places, i = 0;
        var m = Vector512.Create(mean);
        var (s0, s1) = (Vector512<T>.Zero, Vector512<T>.Zero);
        for (; i <= n - (2 * w); i += 2 * w)
        {
            s0 = RowMath.Fma(Vector512.Load(g + i), Vector512.Load(x + i) - m, s0);
            s1 = RowMath.Fma(Vector512.Load(g + i + w), Vector512.Load(x + i + w) - m, s1);
        }

        for (; i < n; i += w)
        {
            s0 = RowMath.Fma(Tail.Load(g + i, n - i), Tail.Load(x + i, n - i) - m, s0);
        }

        return LaneMath.Fold<T, Plus>(s0 + s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void NormaliseAlong(T* x, T mean, T factor, T shift, T* y)
    {
        int w = Vector512<T>.Count;
        nint n = Places, i = 0;
        var (m, f, s) = (Vector512.Create(mean), Vector512.Create(factor), Vector512.Create(shift));
        for (; i <= n - w; i += w)
        {
            RowMath.Fma(Vector512.Load(x + i) - m, f, s).Store(y + i);
        }

        if (i < n)
        {
            Tail.Store(RowMath.Fma(Tail.Load(x + i, n - i) - m, f, s), y + i, n - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SpreadAlong(T* x, T* g, T mean, T factor, T slope, T shift, T* dx)
    {
        int w = Vector512<T>.Count;
        nint n = Places, i = 0;
        var (m, f, b, a) = (Vector512.Create(mean), Vector512.Create(factor), Vector512.Create(slope), Vector512.Create(shift));
        for (; i <= n - w; i += w)
        {
            RowMath.Fma(Vector512.Load(g + i), f, RowMath.Fma(Vector512.Load(x + i) - m, b, a)).Store(dx + i);
        }

        if (i < n)
        {
            Tail.Store(RowMath.Fma(Tail.Load(g + i, n - i), f, RowMath.Fma(Tail.Load(x + i, n - i) - m, b, a)), dx + i, n - i);
        }
    }

    private readonly struct Plus : IBinaryLanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => x + y;
    }
}
