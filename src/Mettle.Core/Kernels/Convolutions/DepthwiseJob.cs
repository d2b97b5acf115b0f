using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Some rows of results of a depthwise pass; pixels by eights, so that a tap's weights are loaded once for all.</summary>
internal unsafe struct DepthwiseJob<T> : IJob
    where T : unmanaged
{
    private const int RowsPerPart = 8;

    // Of a row of the images under a tile: with the rows above and below it stays in the nearest cache.
    private const int TileBytes = 8192;

    public ImageView<T> X;
    public ImageView<T> Y;
    public int Channels;

    /// <summary>Rows of <see cref="X"/>.</summary>
    public int Height;

    /// <summary>By kernel row, column and channel.</summary>
    public T* Weights;
    public int KernelWidth;

    /// <summary>Where each channel's chains start: bias or 0.</summary>
    public T* Start;

    /// <summary>Bounds of the results; what is added to them is not done here.</summary>
    public ConvEnd<T> End;

    /// <summary>The first phase of each axis has the most results.</summary>
    public TapAxis* Rows;
    public int RowPhases;
    public DepthwiseColumns* Columns;
    public int ColumnPhases;

    /// <summary>Parts of an image.</summary>
    public readonly int RowParts => (Rows->Outputs + RowsPerPart - 1) / RowsPerPart;

    public readonly void Run(int index)
    {
        int image = index / RowParts, from = index % RowParts * RowsPerPart, to = Math.Min(Rows->Outputs, from + RowsPerPart);
        int tile = Math.Max(16, (int)(TileBytes / (Columns->Axis.Stride * X.Column * sizeof(T))) & -8);
        for (int column = 0; column < Columns->Axis.Outputs; column += tile)
        {
            for (int i = from; i < to; i++)
            {
                for (int r = 0; r < RowPhases && i < Rows[r].Outputs; r++)
                {
                    for (int c = 0; c < ColumnPhases; c++)
                    {
                        Row(image, i, Rows[r], Columns[c], column, column + tile);
                    }
                }
            }
        }
    }

    private readonly void Row(int image, int i, TapAxis rows, DepthwiseColumns columns, int from, int to)
    {
        var axis = columns.Axis;
        var (top, bottom) = rows.Inside(i, Height);
        for (int r = 0; r < columns.Count; r++)
        {
            var region = columns.Regions[r].Within(from, to);
            if (region.Count == 0)
            {
                continue;
            }

            var taps = new Taps
            {
                X = X.Data + (image * X.Image) + (((i * rows.Stride) + rows.First + (top * rows.Gap)) * X.Row) + ((axis.First + (region.TapFrom * axis.Gap)) * X.Column),
                XRow = rows.Gap * X.Row,
                XColumn = axis.Gap * X.Column,
                W = Weights + ((nint)((rows.KernelOf(top) * KernelWidth) + axis.KernelOf(region.TapFrom)) * Channels),
                WRow = (nint)rows.KernelStep * KernelWidth * Channels,
                WColumn = (nint)axis.KernelStep * Channels,
                Rows = bottom - top,
                Columns = region.Taps,
            };
            nint step = axis.Stride * X.Column, yStep = axis.OutStep * Y.Column;
            T* y = Y.Data + (image * Y.Image) + ((rows.OutStart + (i * rows.OutStep)) * Y.Row) + (axis.OutStart * Y.Column);
            int whole = Channels / Vector512<T>.Count * Vector512<T>.Count;
            if (whole > 0)
            {
                Pixels<WholeVector>(taps, step, y, yStep, region, 0, whole);
            }

            if (whole < Channels)
            {
                Pixels<PartVector>(taps, step, y, yStep, region, whole, Channels);
            }
        }
    }

    private readonly void Pixels<TAccess>(in Taps taps, nint step, T* y, nint yStep, TapRegion region, int from, int to)
        where TAccess : struct, IVectorAccess
    {
        for (int j = region.From; j < region.To;)
        {
            // The last few reach back over some that are done.
            int left = region.To - j, n = left > 4 && region.Count >= 8 ? 8 : left > 2 && region.Count >= 4 ? 4 : 1;
            j = Math.Min(j, region.To - n);
            switch (n)
            {
                case 8:
                    Eight<TAccess>(taps, j * step, step, y + (j * yStep), yStep, from, to);
                    break;
                case 4:
                    Four<TAccess>(taps, j * step, step, y + (j * yStep), yStep, from, to);
                    break;
                default:
                    One<TAccess>(taps, j * step, y + (j * yStep), from, to);
                    break;
            }

            j += n;
        }
    }

    // Three neighbouring taps of neighbouring results see the same pixels: each is loaded once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Eight<TAccess>(in Taps taps, nint at, nint step, T* y, nint yStep, int from, int to)
        where TAccess : struct, IVectorAccess
    {
        nint gap = taps.XColumn, wGap = taps.WColumn, two = 2 * step, three = 3 * step;
        int triples = gap == step ? taps.Columns / 3 : 0, singles = taps.Columns - (3 * triples);
        for (nint c = from; c < to; c += Vector512<T>.Count)
        {
            nint left = to - c;
            var s0 = TAccess.Load(Start + c, left);
            Vector512<T> s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
            T* row = taps.X + at + c;
            T* weights = taps.W + c;
            for (int a = taps.Rows; a > 0; a--, row += taps.XRow, weights += taps.WRow)
            {
                T* p = row;
                T* w = weights;
                for (int b = triples; b > 0; b--, p -= 6 * step, w += 3 * wGap)
                {
                    Vector512<T> w0 = TAccess.Load(w, left), w1 = TAccess.Load(w + wGap, left), w2 = TAccess.Load(w + (2 * wGap), left);
                    var e = TAccess.Load(p, left);
                    s0 = RowMath.Fma(e, w0, s0);
                    e = TAccess.Load(p + step, left);
                    s0 = RowMath.Fma(e, w1, s0);
                    s1 = RowMath.Fma(e, w0, s1);
                    e = TAccess.Load(p + two, left);
                    s0 = RowMath.Fma(e, w2, s0);
                    s1 = RowMath.Fma(e, w1, s1);
                    s2 = RowMath.Fma(e, w0, s2);
                    p += three;
                    e = TAccess.Load(p, left);
                    s1 = RowMath.Fma(e, w2, s1);
                    s2 = RowMath.Fma(e, w1, s2);
                    s3 = RowMath.Fma(e, w0, s3);
                    e = TAccess.Load(p + step, left);
                    s2 = RowMath.Fma(e, w2, s2);
                    s3 = RowMath.Fma(e, w1, s3);
                    s4 = RowMath.Fma(e, w0, s4);
                    e = TAccess.Load(p + two, left);
                    s3 = RowMath.Fma(e, w2, s3);
                    s4 = RowMath.Fma(e, w1, s4);
                    s5 = RowMath.Fma(e, w0, s5);
                    p += three;
                    e = TAccess.Load(p, left);
                    s4 = RowMath.Fma(e, w2, s4);
                    s5 = RowMath.Fma(e, w1, s5);
                    s6 = RowMath.Fma(e, w0, s6);
                    e = TAccess.Load(p + step, left);
                    s5 = RowMath.Fma(e, w2, s5);
                    s6 = RowMath.Fma(e, w1, s6);
                    s7 = RowMath.Fma(e, w0, s7);
                    e = TAccess.Load(p + two, left);
                    s6 = RowMath.Fma(e, w2, s6);
                    s7 = RowMath.Fma(e, w1, s7);
                    p += three;
                    s7 = RowMath.Fma(TAccess.Load(p, left), w2, s7);
                }

                for (int b = singles; b > 0; b--, p += gap, w += wGap)
                {
                    var v = TAccess.Load(w, left);
                    T* q = p + three;
                    s0 = RowMath.Fma(TAccess.Load(p, left), v, s0);
                    s1 = RowMath.Fma(TAccess.Load(p + step, left), v, s1);
                    s2 = RowMath.Fma(TAccess.Load(p + two, left), v, s2);
                    s3 = RowMath.Fma(TAccess.Load(q, left), v, s3);
                    s4 = RowMath.Fma(TAccess.Load(q + step, left), v, s4);
                    s5 = RowMath.Fma(TAccess.Load(q + two, left), v, s5);
                    q += three;
                    s6 = RowMath.Fma(TAccess.Load(q, left), v, s6);
                    s7 = RowMath.Fma(TAccess.Load(q + step, left), v, s7);
                }
            }

            if (End.Bounded)
            {
                s0 = End.Bound(s0);
                s1 = End.Bound(s1);
                s2 = End.Bound(s2);
                s3 = End.Bound(s3);
                s4 = End.Bound(s4);
                s5 = End.Bound(s5);
                s6 = End.Bound(s6);
                s7 = End.Bound(s7);
            }

            T* result = y + c;
            TAccess.Store(s0, result, left);
            TAccess.Store(s1, result + yStep, left);
            TAccess.Store(s2, result + (2 * yStep), left);
            TAccess.Store(s3, result + (3 * yStep), left);
            result += 4 * yStep;
            TAccess.Store(s4, result, left);
            TAccess.Store(s5, result + yStep, left);
            TAccess.Store(s6, result + (2 * yStep), left);
            TAccess.Store(s7, result + (3 * yStep), left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Four<TAccess>(in Taps taps, nint at, nint step, T* y, nint yStep, int from, int to)
        where TAccess : struct, IVectorAccess
    {
        nint gap = taps.XColumn, wGap = taps.WColumn, two = 2 * step, three = 3 * step;
        for (nint c = from; c < to; c += Vector512<T>.Count)
        {
            nint left = to - c;
            var s0 = TAccess.Load(Start + c, left);
            Vector512<T> s1 = s0, s2 = s0, s3 = s0;
            T* row = taps.X + at + c;
            T* weights = taps.W + c;
            for (int a = taps.Rows; a > 0; a--, row += taps.XRow, weights += taps.WRow)
            {
                T* p = row;
                T* w = weights;
                for (int b = taps.Columns; b > 0; b--, p += gap, w += wGap)
                {
                    var v = TAccess.Load(w, left);
                    s0 = RowMath.Fma(TAccess.Load(p, left), v, s0);
                    s1 = RowMath.Fma(TAccess.Load(p + step, left), v, s1);
                    s2 = RowMath.Fma(TAccess.Load(p + two, left), v, s2);
                    s3 = RowMath.Fma(TAccess.Load(p + three, left), v, s3);
                }
            }

            if (End.Bounded)
            {
                s0 = End.Bound(s0);
                s1 = End.Bound(s1);
                s2 = End.Bound(s2);
                s3 = End.Bound(s3);
            }

            T* result = y + c;
            TAccess.Store(s0, result, left);
            TAccess.Store(s1, result + yStep, left);
            TAccess.Store(s2, result + (2 * yStep), left);
            TAccess.Store(s3, result + (3 * yStep), left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void One<TAccess>(in Taps taps, nint at, T* y, int from, int to)
        where TAccess : struct, IVectorAccess
    {
        nint gap = taps.XColumn, wGap = taps.WColumn;
        for (nint c = from; c < to; c += Vector512<T>.Count)
        {
            nint left = to - c;
            var sum = TAccess.Load(Start + c, left);
            T* row = taps.X + at + c;
            T* weights = taps.W + c;
            for (int a = taps.Rows; a > 0; a--, row += taps.XRow, weights += taps.WRow)
            {
                T* p = row;
                T* w = weights;
                for (int b = taps.Columns; b > 0; b--, p += gap, w += wGap)
                {
                    sum = RowMath.Fma(TAccess.Load(p, left), TAccess.Load(w, left), sum);
                }
            }

            TAccess.Store(End.Bounded ? End.Bound(sum) : sum, y + c, left);
        }
    }

    /// <summary>Taps that some results see, in the images from the first on, and their weights.</summary>
    private struct Taps
    {
        public T* X;
        public nint XRow;
        public nint XColumn;
        public T* W;
        public nint WRow;
        public nint WColumn;
        public int Rows;
        public int Columns;
    }
}
