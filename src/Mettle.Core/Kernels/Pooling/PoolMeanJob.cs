using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>A row of window means, or of the cells that spread them back.</summary>
internal unsafe struct PoolMeanJob<T> : IJob
    where T : unmanaged, INumber<T>
{
    // Windows from this width on are summed row by row, each row in four chains.
    private const int WideWindow = 8;

    public PoolWindow Window;
    public bool CountPadding;
    public bool Spread;
    public ImageView<T> X;
    public ImageView<T> Y;
    public int Rows;
    public int Columns;

    public readonly void Run(int index)
    {
        int image = index / Rows, i = index % Rows;
        var rows = Spread ? Window.RowsOver(i) : Window.Rows(i);
        T* x = X.Data + (image * X.Image);
        T* y = Y.Data + (image * Y.Image) + (i * Y.Row);
        int whole = Window.Channels / Vector512<T>.Count * Vector512<T>.Count;
        bool even = CountPadding || Window.Padding is { Height: 0, Width: 0 };
        var share = new MeanShare<T>(Window.Kernel.Height * Window.Kernel.Width);
        for (int j = 0; j < Columns; j++, y += Y.Column)
        {
            var columns = Spread ? Window.ColumnsOver(j) : Window.Columns(j);
            if (!even && !Spread)
            {
                share = new(Window.Divisor(i, j, CountPadding));
            }

            if (whole > 0)
            {
                Pixel<WholeVector>(x, y, rows, columns, share, !even && Spread, 0, whole);
            }

            if (whole < Window.Channels)
            {
                Pixel<PartVector>(x, y, rows, columns, share, !even && Spread, whole, Window.Channels);
            }
        }
    }

    private readonly void Pixel<TAccess>(T* x, T* y, (int From, int To) rows, (int From, int To) columns, MeanShare<T> share, bool uneven, int from, int to)
        where TAccess : struct, IVectorAccess
    {
        if (uneven)
        {
            Uneven<TAccess>(x, y, rows, columns, from, to);
        }
        else if (columns.To - columns.From >= WideWindow)
        {
            Wide<TAccess>(x, y, rows, columns, share, from, to);
        }
        else
        {
            Small<TAccess>(x, y, rows, columns, share, from, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Small<TAccess>(T* x, T* y, (int From, int To) rows, (int From, int To) columns, MeanShare<T> share, int from, int to)
        where TAccess : struct, IVectorAccess
    {
        nint row = X.Row, column = X.Column;
        for (int c = from; c < to; c += Vector512<T>.Count)
        {
            nint left = to - c;
            var sum = Vector512<T>.Zero;
            T* line = x + (rows.From * row) + (columns.From * column) + c;
            for (int p = rows.From; p < rows.To; p++, line += row)
            {
                T* cell = line;
                for (int q = columns.From; q < columns.To; q++, cell += column)
                {
                    sum += TAccess.Load(cell, left);
                }
            }

            TAccess.Store(share.Of(sum), y + c, left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Wide<TAccess>(T* x, T* y, (int From, int To) rows, (int From, int To) columns, MeanShare<T> share, int from, int to)
        where TAccess : struct, IVectorAccess
    {
        nint column = X.Column;
        for (int p = rows.From; p < rows.To; p++)
        {
            for (int c = from; c < to; c += Vector512<T>.Count)
            {
                nint left = to - c;
                Vector512<T> s0 = default, s1 = default, s2 = default, s3 = default;
                T* cell = x + (p * X.Row) + (columns.From * column) + c;
                int q = columns.From;
                for (; q < columns.To - 3; q += 4, cell += 4 * column)
                {
                    // The same columns of the next row.
                    CacheLines.FetchNear(cell + X.Row);
                    CacheLines.FetchNear(cell + X.Row + column);
                    CacheLines.FetchNear(cell + X.Row + (2 * column));
                    CacheLines.FetchNear(cell + X.Row + (3 * column));
                    s0 += TAccess.Load(cell, left);
                    s1 += TAccess.Load(cell + column, left);
                    s2 += TAccess.Load(cell + (2 * column), left);
                    s3 += TAccess.Load(cell + (3 * column), left);
                }

                for (; q < columns.To; q++, cell += column)
                {
                    s0 += TAccess.Load(cell, left);
                }

                var sum = (s0 + s1) + (s2 + s3);
                sum = p > rows.From ? TAccess.Load(y + c, left) + sum : sum;
                TAccess.Store(p + 1 < rows.To ? sum : share.Of(sum), y + c, left);
            }
        }
    }

    // Windows that cover different numbers of cells.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Uneven<TAccess>(T* x, T* y, (int From, int To) rows, (int From, int To) columns, int from, int to)
        where TAccess : struct, IVectorAccess
    {
        for (int c = from; c < to; c += Vector512<T>.Count)
        {
            nint left = to - c;
            var sum = Vector512<T>.Zero;
            for (int p = rows.From; p < rows.To; p++)
            {
                for (int q = columns.From; q < columns.To; q++)
                {
                    sum += new MeanShare<T>(Window.Divisor(p, q, CountPadding)).Of(TAccess.Load(x + (p * X.Row) + (q * X.Column) + c, left));
                }
            }

            TAccess.Store(sum, y + c, left);
        }
    }
}
