using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Depthwise weight gradients of a chunk of images and a block of channels. Pixels that see a whole three by three of taps
/// keep its nine sums in registers.
/// </summary>
internal unsafe struct DepthwiseWeightJob<T> : IJob
    where T : unmanaged
{
    /// <summary>Channels of a part.</summary>
    public const int BlockChannels = 64;
    private const int RowsPerBlock = 8;

    public ImageView<T> X;
    public ImageView<T> G;
    public ConvGeometry S;
    public TapAxis Rows;
    public TapAxis Columns;
    public int Chunks;
    public int Blocks;
    public TapRegion* ColumnRegions;
    public int ColumnRegionCount;

    /// <summary>By chunk, tap and channel.</summary>
    public T* Partial;

    public readonly void Run(int index)
    {
        int chunk = index / Blocks, channel = index % Blocks * BlockChannels;
        int to = Math.Min(S.Groups, channel + BlockChannels), whole = channel + ((to - channel) / Vector512<T>.Count * Vector512<T>.Count);
        T* sums = Partial + ((nint)chunk * Rows.Taps * Columns.Taps * S.Groups);
        for (int t = 0; t < Rows.Taps * Columns.Taps; t++)
        {
            new Span<T>(sums + ((nint)t * S.Groups) + channel, to - channel).Clear();
        }

        int from = (int)((long)S.Images * chunk / Chunks), until = (int)((long)S.Images * (chunk + 1) / Chunks);
        for (int image = from; image < until; image++)
        {
            for (int row = 0; row < S.OutHeight; row += RowsPerBlock)
            {
                int end = Math.Min(S.OutHeight, row + RowsPerBlock);
                for (int c = channel; c < whole; c += Vector512<T>.Count)
                {
                    Block<WholeVector>(image, row, end, sums, c, Vector512<T>.Count, fetch: c == channel);
                }

                if (whole < to)
                {
                    Block<PartVector>(image, row, end, sums, whole, to - whole, fetch: false);
                }
            }
        }
    }

    /// <summary>Chunks in index order, as [channels][taps].</summary>
    public readonly void Add(T* w)
    {
        int taps = Rows.Taps * Columns.Taps;
        nint size = (nint)taps * S.Groups;
        for (int c = 0; c < S.Groups; c++)
        {
            for (int t = 0; t < taps; t++)
            {
                T* partial = Partial + ((nint)t * S.Groups) + c;
                var sum = Vector512.CreateScalar(*partial);
                for (int chunk = 1; chunk < Chunks; chunk++)
                {
                    sum += Vector512.CreateScalar(partial[chunk * size]);
                }

                *w++ = sum.ToScalar();
            }
        }
    }

    // Some rows of an image for one vector of channels.
    private readonly void Block<TAccess>(int image, int from, int to, T* sums, int channel, int left, bool fetch)
        where TAccess : struct, IVectorAccess
    {
        for (int i = from; i < to; i++)
        {
            var (top, bottom) = Rows.Inside(i, S.Height);
            T* x = X.Data + (image * X.Image) + (((i * Rows.Stride) + Rows.First) * X.Row);
            T* g = G.Data + (image * G.Image) + (i * G.Row);
            if (fetch)
            {
                CacheLines.Fetch((byte*)(x + ((((bottom - 1) * Rows.Gap) + Rows.Stride) * X.Row)), S.Width * X.Column * sizeof(T));
                CacheLines.Fetch((byte*)(g + G.Row), S.OutWidth * G.Column * sizeof(T));
            }

            for (int c = 0; c < ColumnRegionCount; c++)
            {
                var columns = ColumnRegions[c];
                T* px = x + (((columns.From * Columns.Stride) + Columns.First) * X.Column);
                T* pg = g + (columns.From * G.Column);
                if (bottom - top == 3 && columns.Taps == 3 && typeof(TAccess) == typeof(WholeVector))
                {
                    Nine(px, pg, sums, top, columns, channel);
                }
                else
                {
                    Any<TAccess>(px, pg, sums, top, bottom, columns, channel, left);
                }
            }
        }
    }

    // Three kernel rows from row a, three kernel columns, one vector of channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Nine(T* x, T* g, T* sums, int a, TapRegion columns, nint c)
    {
        nint channels = S.Groups, step = Columns.Stride * X.Column, gStep = G.Column, gap = Columns.Gap * X.Column, twoGaps = 2 * gap;
        T* t0 = sums + ((nint)((a * Columns.Taps) + columns.TapFrom) * channels) + c;
        T* t1 = t0 + (Columns.Taps * channels);
        T* t2 = t1 + (Columns.Taps * channels);
        var s0 = Vector512.Load(t0);
        var s1 = Vector512.Load(t0 + channels);
        var s2 = Vector512.Load(t0 + (2 * channels));
        var s3 = Vector512.Load(t1);
        var s4 = Vector512.Load(t1 + channels);
        var s5 = Vector512.Load(t1 + (2 * channels));
        var s6 = Vector512.Load(t2);
        var s7 = Vector512.Load(t2 + channels);
        var s8 = Vector512.Load(t2 + (2 * channels));
        T* p0 = x + (a * Rows.Gap * X.Row) + (columns.TapFrom * gap) + c;
        T* p1 = p0 + (Rows.Gap * X.Row);
        T* p2 = p1 + (Rows.Gap * X.Row);
        T* q = g + c;
        for (int left = columns.Count; left > 0; left--)
        {
            var v = Vector512.Load(q);
            s0 = RowMath.Fma(Vector512.Load(p0), v, s0);
            s1 = RowMath.Fma(Vector512.Load(p0 + gap), v, s1);
            s2 = RowMath.Fma(Vector512.Load(p0 + twoGaps), v, s2);
            s3 = RowMath.Fma(Vector512.Load(p1), v, s3);
            s4 = RowMath.Fma(Vector512.Load(p1 + gap), v, s4);
            s5 = RowMath.Fma(Vector512.Load(p1 + twoGaps), v, s5);
            s6 = RowMath.Fma(Vector512.Load(p2), v, s6);
            s7 = RowMath.Fma(Vector512.Load(p2 + gap), v, s7);
            s8 = RowMath.Fma(Vector512.Load(p2 + twoGaps), v, s8);
            p0 += step;
            p1 += step;
            p2 += step;
            q += gStep;
        }

        s0.Store(t0);
        s1.Store(t0 + channels);
        s2.Store(t0 + (2 * channels));
        s3.Store(t1);
        s4.Store(t1 + channels);
        s5.Store(t1 + (2 * channels));
        s6.Store(t2);
        s7.Store(t2 + channels);
        s8.Store(t2 + (2 * channels));
    }

    // Kernel rows [from, to), all their columns that the pixels see.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Any<TAccess>(T* x, T* g, T* sums, int from, int to, TapRegion columns, nint c, nint left)
        where TAccess : struct, IVectorAccess
    {
        nint step = Columns.Stride * X.Column, gStep = G.Column, channels = S.Groups, gap = Columns.Gap * X.Column;
        for (int a = from; a < to; a++)
        {
            T* total = sums + ((nint)((a * Columns.Taps) + columns.TapFrom) * channels) + c;
            T* tap = x + (a * Rows.Gap * X.Row) + (columns.TapFrom * gap) + c;
            for (int b = columns.TapFrom; b < columns.TapTo; b++, total += channels, tap += gap)
            {
                T* p = tap;
                T* q = g + c;
                var sum = TAccess.Load(total, left);
                for (int j = columns.Count; j > 0; j--, p += step, q += gStep)
                {
                    sum = RowMath.Fma(TAccess.Load(p, left), TAccess.Load(q, left), sum);
                }

                TAccess.Store(sum, total, left);
            }
        }
    }
}
