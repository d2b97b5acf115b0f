using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Some rows of results of a depthwise pass; pixels by eights, so that a tap's weights are loaded once for all.</summary>
internal unsafe struct DepthwiseJob<T> : IJob
    where T : unmanaged
{
    public ImageView<T> X;
    public ImageView<T> Y;
    public int Channels;
    public TapAxis Rows;
    public TapAxis Columns;

    /// <summary>By tap and channel.</summary>
    public T* Weights;

    /// <summary>Where each channel's chains start: bias or 0.</summary>
    public T* Start;

    /// <summary>For each region of columns a strip per tap.</summary>
    public Strip* Strips;
    public TapRegion* RowRegions;
    public TapRegion* ColumnRegions;
    public int RowRegionCount;
    public int ColumnRegionCount;
    public int RowsPerPart;
    public int RowParts;

    /// <summary>Fills <see cref="Strips"/>.</summary>
    public readonly void WriteStrips()
    {
        for (int region = 0; region < ColumnRegionCount; region++)
        {
            var columns = ColumnRegions[region];
            var to = Strips + ((nint)region * Rows.Taps * Columns.Taps);
            for (int a = 0; a < Rows.Taps; a++)
            {
                for (int b = columns.TapFrom; b < columns.TapTo; b++)
                {
                    long x = (a * (long)Rows.Gap * X.Row) + (b * (long)Columns.Gap * X.Column);
                    *to++ = new(checked((int)x), ((a * Columns.Taps) + b) * Channels, 1);
                }
            }
        }
    }

    public readonly void Run(int index)
    {
        int image = index / RowParts, from = index % RowParts * RowsPerPart;
        for (int r = 0; r < RowRegionCount; r++)
        {
            var rows = RowRegions[r].Within(from, from + RowsPerPart);
            for (int i = rows.From; i < rows.To; i++)
            {
                T* next = X.Data + (image * X.Image) + ((((i + 1) * Rows.Stride) + Rows.First + ((rows.TapTo - 1) * Rows.Gap)) * X.Row);
                CacheLines.Fetch((byte*)next, Columns.Outputs * Columns.Stride * X.Column * sizeof(T));
                for (int c = 0; c < ColumnRegionCount; c++)
                {
                    var columns = ColumnRegions[c];
                    var strips = Strips + ((nint)c * Rows.Taps * Columns.Taps) + (rows.TapFrom * columns.Taps);
                    T* x = X.Data + (image * X.Image) + (((i * Rows.Stride) + Rows.First) * X.Row) + (((columns.From * Columns.Stride) + Columns.First) * X.Column);
                    T* y = Y.Data + (image * Y.Image) + ((Rows.OutStart + (i * Rows.OutStep)) * Y.Row) + ((Columns.OutStart + (columns.From * Columns.OutStep)) * Y.Column);
                    Pixels(x, Columns.Stride * X.Column, y, Columns.OutStep * Y.Column, columns.Count, strips, rows.Taps * columns.Taps, columns.Taps);
                }
            }
        }
    }

    private readonly void Pixels(T* x, nint xStep, T* y, nint yStep, int count, Strip* strips, int taps, int columnTaps)
    {
        int whole = Channels / Vector512<T>.Count * Vector512<T>.Count;
        bool sliding = columnTaps == 3 && Columns.Gap == Columns.Stride;
        for (int j = 0; j < count;)
        {
            int n = count - j >= 8 ? 8 : count - j >= 4 ? 4 : 1;
            switch (n)
            {
                case 8 when sliding:
                    EightSliding(x, xStep, y, yStep, strips, strips + taps, whole);
                    break;
                case 8:
                    Eight(x, xStep, y, yStep, strips, strips + taps, whole);
                    break;
                case 4:
                    Four(x, xStep, y, yStep, strips, strips + taps, whole);
                    break;
                default:
                    One<WholeVector>(x, y, strips, strips + taps, 0, whole);
                    break;
            }

            for (int i = 0; i < n && whole < Channels; i++)
            {
                One<PartVector>(x + (i * xStep), y + (i * yStep), strips, strips + taps, whole, Channels);
            }

            x += n * xStep;
            y += n * yStep;
            j += n;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Eight(T* x, nint xStep, T* y, nint yStep, Strip* strips, Strip* end, int channels)
    {
        nint two = 2 * xStep, three = 3 * xStep;
        for (nint c = 0; c < channels; c += Vector512<T>.Count)
        {
            var s0 = Vector512.Load(Start + c);
            Vector512<T> s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
            for (var s = strips; s < end; s++)
            {
                var w = Vector512.Load(Weights + s->B + c);
                T* p = x + s->A + c;
                s0 = RowMath.Fma(Vector512.Load(p), w, s0);
                s1 = RowMath.Fma(Vector512.Load(p + xStep), w, s1);
                s2 = RowMath.Fma(Vector512.Load(p + two), w, s2);
                p += three;
                s3 = RowMath.Fma(Vector512.Load(p), w, s3);
                s4 = RowMath.Fma(Vector512.Load(p + xStep), w, s4);
                s5 = RowMath.Fma(Vector512.Load(p + two), w, s5);
                p += three;
                s6 = RowMath.Fma(Vector512.Load(p), w, s6);
                s7 = RowMath.Fma(Vector512.Load(p + xStep), w, s7);
            }

            T* to = y + c;
            s0.Store(to);
            s1.Store(to + yStep);
            s2.Store(to + (2 * yStep));
            s3.Store(to + (3 * yStep));
            to += 4 * yStep;
            s4.Store(to);
            s5.Store(to + yStep);
            s6.Store(to + (2 * yStep));
            s7.Store(to + (3 * yStep));
        }
    }

    // Three neighbouring taps of neighbouring results see the same pixels: each is loaded once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void EightSliding(T* x, nint xStep, T* y, nint yStep, Strip* strips, Strip* end, int channels)
    {
        for (nint c = 0; c < channels; c += Vector512<T>.Count)
        {
            var s0 = Vector512.Load(Start + c);
            Vector512<T> s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
            for (var s = strips; s < end; s += 3)
            {
                T* weights = Weights + s->B + c;
                var u = Vector512.Load(weights);
                var v = Vector512.Load(weights + Channels);
                var w = Vector512.Load(weights + (2 * Channels));
                T* p = x + s->A + c;
                var e = Vector512.Load(p);
                s0 = RowMath.Fma(e, u, s0);
                p += xStep;
                e = Vector512.Load(p);
                s0 = RowMath.Fma(e, v, s0);
                s1 = RowMath.Fma(e, u, s1);
                p += xStep;
                e = Vector512.Load(p);
                s0 = RowMath.Fma(e, w, s0);
                s1 = RowMath.Fma(e, v, s1);
                s2 = RowMath.Fma(e, u, s2);
                p += xStep;
                e = Vector512.Load(p);
                s1 = RowMath.Fma(e, w, s1);
                s2 = RowMath.Fma(e, v, s2);
                s3 = RowMath.Fma(e, u, s3);
                p += xStep;
                e = Vector512.Load(p);
                s2 = RowMath.Fma(e, w, s2);
                s3 = RowMath.Fma(e, v, s3);
                s4 = RowMath.Fma(e, u, s4);
                p += xStep;
                e = Vector512.Load(p);
                s3 = RowMath.Fma(e, w, s3);
                s4 = RowMath.Fma(e, v, s4);
                s5 = RowMath.Fma(e, u, s5);
                p += xStep;
                e = Vector512.Load(p);
                s4 = RowMath.Fma(e, w, s4);
                s5 = RowMath.Fma(e, v, s5);
                s6 = RowMath.Fma(e, u, s6);
                p += xStep;
                e = Vector512.Load(p);
                s5 = RowMath.Fma(e, w, s5);
                s6 = RowMath.Fma(e, v, s6);
                s7 = RowMath.Fma(e, u, s7);
                p += xStep;
                e = Vector512.Load(p);
                s6 = RowMath.Fma(e, w, s6);
                s7 = RowMath.Fma(e, v, s7);
                p += xStep;
                e = Vector512.Load(p);
                s7 = RowMath.Fma(e, w, s7);
            }

            T* to = y + c;
            s0.Store(to);
            s1.Store(to + yStep);
            s2.Store(to + (2 * yStep));
            s3.Store(to + (3 * yStep));
            to += 4 * yStep;
            s4.Store(to);
            s5.Store(to + yStep);
            s6.Store(to + (2 * yStep));
            s7.Store(to + (3 * yStep));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Four(T* x, nint xStep, T* y, nint yStep, Strip* strips, Strip* end, int channels)
    {
        for (nint c = 0; c < channels; c += Vector512<T>.Count)
        {
            var s0 = Vector512.Load(Start + c);
            Vector512<T> s1 = s0, s2 = s0, s3 = s0;
            for (var s = strips; s < end; s++)
            {
                var w = Vector512.Load(Weights + s->B + c);
                T* p = x + s->A + c;
                s0 = RowMath.Fma(Vector512.Load(p), w, s0);
                s1 = RowMath.Fma(Vector512.Load(p + xStep), w, s1);
                s2 = RowMath.Fma(Vector512.Load(p + (2 * xStep)), w, s2);
                s3 = RowMath.Fma(Vector512.Load(p + (3 * xStep)), w, s3);
            }

            T* to = y + c;
            s0.Store(to);
            s1.Store(to + yStep);
            s2.Store(to + (2 * yStep));
            s3.Store(to + (3 * yStep));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void One<TAccess>(T* x, T* y, Strip* strips, Strip* end, int from, int to)
        where TAccess : struct, IVectorAccess
    {
        for (nint c = from; c < to; c += Vector512<T>.Count)
        {
            nint left = to - c;
            var sum = TAccess.Load(Start + c, left);
            for (var s = strips; s < end; s++)
            {
                sum = RowMath.Fma(TAccess.Load(x + s->A + c, left), TAccess.Load(Weights + s->B + c, left), sum);
            }

            TAccess.Store(sum, y + c, left);
        }
    }
}
