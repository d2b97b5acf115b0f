using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Passes over one image whose channels lie plane after plane (sums in vectors of lanes along a plane, folded) or side by
/// side (sums down blocks of places: four in turn, blocks in order).
/// </summary>
internal readonly unsafe struct ChannelPasses<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int BlockElements = 2048;
    private readonly bool planes;

    public ChannelPasses(int channels, int places, bool planes)
    {
        Channels = channels;
        Places = places;
        this.planes = planes;
    }

    public int Channels { get; }

    public int Places { get; }

    /// <summary>Sum of each channel.</summary>
    public void Sum(T* x, T* sums)
    {
        if (planes)
        {
            for (int c = 0; c < Channels; c++)
            {
                sums[c] = RowMath.Sum(x + (c * (nint)Places), Places);
            }

            return;
        }

        Clear(sums);
        foreach (var at in Blocks())
        {
            SumDown(x + at.Place, at.Rows, at.Left, sums + at.Channel);
        }
    }

    /// <summary>Sum of (x - mean)^2 of each channel.</summary>
    public void SquaredDistance(T* x, T* mean, T* sums)
    {
        if (planes)
        {
            for (int c = 0; c < Channels; c++)
            {
                sums[c] = SquaresAlong(x + (c * (nint)Places), mean[c]);
            }

            return;
        }

        Clear(sums);
        foreach (var at in Blocks())
        {
            SquaresDown(x + at.Place, at.Rows, at.Left, mean + at.Channel, sums + at.Channel);
        }
    }

    /// <summary>y = (x - mean) factor + shift.</summary>
    public void Normalise(T* x, T* mean, T* factor, T* shift, T* y)
    {
        if (planes)
        {
            for (int c = 0; c < Channels; c++)
            {
                NormaliseAlong(x + (c * (nint)Places), mean[c], factor[c], shift[c], y + (c * (nint)Places));
            }

            return;
        }

        foreach (var at in Blocks())
        {
            NormaliseDown(x + at.Place, at.Rows, at.Left, mean + at.Channel, factor + at.Channel, shift + at.Channel, y + at.Place);
        }
    }

    /// <summary>Sums of g and of g (x - mean) of each channel.</summary>
    public void Products(T* x, T* g, T* mean, T* sums, T* dots)
    {
        if (planes)
        {
            for (int c = 0; c < Channels; c++)
            {
                nint at = c * (nint)Places;
                sums[c] = RowMath.Sum(g + at, Places);
                dots[c] = ProductsAlong(x + at, g + at, mean[c]);
            }

            return;
        }

        Clear(sums);
        Clear(dots);
        foreach (var at in Blocks())
        {
            ProductsDown(x + at.Place, g + at.Place, at.Rows, at.Left, mean + at.Channel, sums + at.Channel, dots + at.Channel);
        }
    }

    /// <summary>dx = g factor + (x - mean) slope + shift.</summary>
    public void Spread(T* x, T* g, T* mean, T* factor, T* slope, T* shift, T* dx)
    {
        if (planes)
        {
            for (int c = 0; c < Channels; c++)
            {
                nint at = c * (nint)Places;
                SpreadAlong(x + at, g + at, mean[c], factor[c], slope[c], shift[c], dx + at);
            }

            return;
        }

        foreach (var at in Blocks())
        {
            SpreadDown(x + at.Place, g + at.Place, at.Rows, at.Left, mean + at.Channel, factor + at.Channel, slope + at.Channel, shift + at.Channel, dx + at.Place);
        }
    }

    private void Clear(T* values) => new Span<T>(values, Channels).Clear();

    private BlockWalk Blocks() => new(Channels, Places);

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumDown(T* x, int rows, nint left, T* sum)
    {
        nint step = Channels;
        var (s0, s1, s2, s3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
        int i = 0;
        for (; i <= rows - 4; i += 4, x += 4 * step)
        {
            s0 += Tail.Load(x, left);
            s1 += Tail.Load(x + step, left);
            s2 += Tail.Load(x + (2 * step), left);
            s3 += Tail.Load(x + (3 * step), left);
        }

        for (; i < rows; i++, x += step)
        {
            s0 += Tail.Load(x, left);
        }

        Tail.Store(Tail.Load(sum, left) + ((s0 + s1) + (s2 + s3)), sum, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SquaresDown(T* x, int rows, nint left, T* mean, T* sum)
    {
        nint step = Channels;
        var m = Tail.Load(mean, left);
        var (s0, s1, s2, s3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
        int i = 0;
        for (; i <= rows - 4; i += 4, x += 4 * step)
        {
            var (a, b, c, d) = (Tail.Load(x, left) - m, Tail.Load(x + step, left) - m, Tail.Load(x + (2 * step), left) - m, Tail.Load(x + (3 * step), left) - m);
            s0 = RowMath.Fma(a, a, s0);
            s1 = RowMath.Fma(b, b, s1);
            s2 = RowMath.Fma(c, c, s2);
            s3 = RowMath.Fma(d, d, s3);
        }

        for (; i < rows; i++, x += step)
        {
            var a = Tail.Load(x, left) - m;
            s0 = RowMath.Fma(a, a, s0);
        }

        Tail.Store(Tail.Load(sum, left) + ((s0 + s1) + (s2 + s3)), sum, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void NormaliseDown(T* x, int rows, nint left, T* mean, T* factor, T* shift, T* y)
    {
        nint step = Channels;
        var (m, f, s) = (Tail.Load(mean, left), Tail.Load(factor, left), Tail.Load(shift, left));
        for (int i = 0; i < rows; i++, x += step, y += step)
        {
            Tail.Store(RowMath.Fma(Tail.Load(x, left) - m, f, s), y, left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ProductsDown(T* x, T* g, int rows, nint left, T* mean, T* sum, T* dot)
    {
        nint step = Channels;
        var m = Tail.Load(mean, left);
        var (s0, s1, d0, d1) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
        int i = 0;
        for (; i <= rows - 2; i += 2, x += 2 * step, g += 2 * step)
        {
            var (a, b) = (Tail.Load(g, left), Tail.Load(g + step, left));
            s0 += a;
            s1 += b;
            d0 = RowMath.Fma(a, Tail.Load(x, left) - m, d0);
            d1 = RowMath.Fma(b, Tail.Load(x + step, left) - m, d1);
        }

        if (i < rows)
        {
            var a = Tail.Load(g, left);
            s0 += a;
            d0 = RowMath.Fma(a, Tail.Load(x, left) - m, d0);
        }

        Tail.Store(Tail.Load(sum, left) + (s0 + s1), sum, left);
        Tail.Store(Tail.Load(dot, left) + (d0 + d1), dot, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SpreadDown(T* x, T* g, int rows, nint left, T* mean, T* factor, T* slope, T* shift, T* dx)
    {
        nint step = Channels;
        var (m, f, b, a) = (Tail.Load(mean, left), Tail.Load(factor, left), Tail.Load(slope, left), Tail.Load(shift, left));
        for (int i = 0; i < rows; i++, x += step, g += step, dx += step)
        {
            Tail.Store(RowMath.Fma(Tail.Load(g, left), f, RowMath.Fma(Tail.Load(x, left) - m, b, a)), dx, left);
        }
    }

    // Blocks of places that stay in the nearest cache, and in them a vector of channels after the other.
    private ref struct BlockWalk(int channels, int places)
    {
        private readonly int block = Math.Clamp(BlockElements / channels, 8, 1024);
        private int row;
        private nint channel = -Vector512<T>.Count;

        public readonly (nint Place, int Rows, nint Left, nint Channel) Current
            => (((nint)row * channels) + channel, Math.Min(block, places - row), channels - channel, channel);

        public readonly BlockWalk GetEnumerator() => this;

        public bool MoveNext()
        {
            channel += Vector512<T>.Count;
            if (channel >= channels)
            {
                channel = 0;
                row += block;
            }

            return row < places;
        }
    }

    private readonly struct Plus : IBinaryLanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => x + y;
    }
}
