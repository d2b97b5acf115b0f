using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Depthwise weight gradients of a chunk of images and a block of channels: of each tile of pixels, three by three taps at a
/// time, whose nine sums stay in registers.
/// </summary>
internal unsafe struct DepthwiseWeightJob<T> : IJob
    where T : unmanaged
{
    /// <summary>Channels of a part.</summary>
    public const int BlockChannels = 64;

    // Images under a tile stay in the nearest cache, where pixels of 64 channels lie in a quarter of the places.
    private const int TileRows = 8;
    private const int TileColumns = 28;

    public ImageView<T> X;
    public ImageView<T> G;
    public ConvGeometry S;
    public TapAxis Rows;
    public TapAxis Columns;
    public int Chunks;
    public int Blocks;
    public TapRegion* RowRegions;
    public int RowRegionCount;
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
            for (int row = 0; row < S.OutHeight; row += TileRows)
            {
                for (int column = 0; column < S.OutWidth; column += TileColumns)
                {
                    for (int c = channel; c < whole; c += Vector512<T>.Count)
                    {
                        Tile<WholeVector>(image, row, column, sums, c, Vector512<T>.Count);
                    }

                    if (whole < to)
                    {
                        Tile<PartVector>(image, row, column, sums, whole, to - whole);
                    }
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

    // A tile of an image for one vector of channels.
    private readonly void Tile<TAccess>(int image, int row, int column, T* sums, nint channel, nint left)
        where TAccess : struct, IVectorAccess
    {
        for (int r = 0; r < RowRegionCount; r++)
        {
            var rows = RowRegions[r].Within(row, row + TileRows);
            for (int s = 0; s < ColumnRegionCount && rows.Count > 0; s++)
            {
                var columns = ColumnRegions[s].Within(column, column + TileColumns);
                T* x = X.Data + (image * X.Image) + (((rows.From * Rows.Stride) + Rows.First) * X.Row) + (((columns.From * Columns.Stride) + Columns.First) * X.Column) + channel;
                T* g = G.Data + (image * G.Image) + (rows.From * G.Row) + (columns.From * G.Column) + channel;
                for (int a = rows.TapFrom; a < rows.TapTo; a += 3)
                {
                    for (int b = columns.TapFrom; b < columns.TapTo && columns.Count > 0; b += 3)
                    {
                        T* first = x + (a * Rows.Gap * X.Row) + (b * Columns.Gap * X.Column);
                        T* total = sums + ((nint)((a * Columns.Taps) + b) * S.Groups) + channel;
                        Nine<TAccess>(first, g, rows.Count, columns.Count, Math.Min(3, rows.TapTo - a), Math.Min(3, columns.TapTo - b), total, left);
                    }
                }
            }
        }
    }

    // Up to three kernel rows and columns. In place of those that are not there, others are summed once more and left out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Nine<TAccess>(T* x, T* g, int rows, int columns, int tapRows, int tapColumns, T* sums, nint left)
        where TAccess : struct, IVectorAccess
    {
        Vector512<T> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default, s8 = default;
        nint step = Columns.Stride * X.Column, gStep = G.Column;
        nint gap = tapColumns > 1 ? Columns.Gap * X.Column : 0, twoGaps = tapColumns > 2 ? 2 * gap : 0;
        nint below = tapRows > 1 ? Rows.Gap * X.Row : 0, twoBelow = tapRows > 2 ? 2 * below : 0;
        nint xNext = Rows.Stride * X.Row;
        for (; rows > 0; rows--)
        {
            T* p0 = x;
            T* p1 = x + below;
            T* p2 = x + twoBelow;
            T* q = g;
            for (int j = columns; j > 0; j--)
            {
                CacheLines.FetchNear((byte*)(p2 + xNext));
                CacheLines.FetchNear((byte*)(q + G.Row));
                var v = TAccess.Load(q, left);
                s0 = RowMath.Fma(TAccess.Load(p0, left), v, s0);
                s1 = RowMath.Fma(TAccess.Load(p0 + gap, left), v, s1);
                s2 = RowMath.Fma(TAccess.Load(p0 + twoGaps, left), v, s2);
                s3 = RowMath.Fma(TAccess.Load(p1, left), v, s3);
                s4 = RowMath.Fma(TAccess.Load(p1 + gap, left), v, s4);
                s5 = RowMath.Fma(TAccess.Load(p1 + twoGaps, left), v, s5);
                s6 = RowMath.Fma(TAccess.Load(p2, left), v, s6);
                s7 = RowMath.Fma(TAccess.Load(p2 + gap, left), v, s7);
                s8 = RowMath.Fma(TAccess.Load(p2 + twoGaps, left), v, s8);
                p0 += step;
                p1 += step;
                p2 += step;
                q += gStep;
            }

            x += xNext;
            g += G.Row;
        }

        nint channels = S.Groups, line = Columns.Taps * channels;
        Add<TAccess>(sums, channels, s0, s1, s2, tapColumns, left);
        if (tapRows > 1)
        {
            Add<TAccess>(sums + line, channels, s3, s4, s5, tapColumns, left);
        }

        if (tapRows > 2)
        {
            Add<TAccess>(sums + (2 * line), channels, s6, s7, s8, tapColumns, left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TAccess>(T* sums, nint channels, Vector512<T> s0, Vector512<T> s1, Vector512<T> s2, int columns, nint left)
        where TAccess : struct, IVectorAccess
    {
        TAccess.Store(TAccess.Load(sums, left) + s0, sums, left);
        if (columns > 1)
        {
            TAccess.Store(TAccess.Load(sums + channels, left) + s1, sums + channels, left);
        }

        if (columns > 2)
        {
            TAccess.Store(TAccess.Load(sums + (2 * channels), left) + s2, sums + (2 * channels), left);
        }
    }
}
