using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// How passes over a matrix with a column per channel are cut. Several rows are read as one, so that a row is a whole number
/// of vectors; what is left over is a last block of plain rows. A block yields one part (C values) per row in one; parts are
/// added in index order. All of it follows from the shape.
/// </summary>
internal readonly unsafe struct ChannelBlocks
{
    private const int BlockElements = 16384;
    private const int MinBlockRows = 64;
    private const int WideRow = 256;
    private readonly int fold;
    private readonly int whole;

    private ChannelBlocks(int rows, int channels, int fold, int whole)
    {
        (Rows, Channels, this.fold, this.whole) = (rows, channels, fold, whole);
        bool rest = rows % fold > 0;
        Count = whole + (rest ? 1 : 0);
        Parts = (whole * fold) + (rest ? 1 : 0);
    }

    /// <summary>Plain rows.</summary>
    public int Rows { get; }

    /// <summary>Plain columns.</summary>
    public int Channels { get; }

    /// <summary>Number of blocks.</summary>
    public int Count { get; }

    /// <summary>Number of parts of all blocks.</summary>
    public int Parts { get; }

    /// <summary>Columns of the widest block: a multiple of the channels.</summary>
    public int Width => fold * Channels;

    /// <summary>Cuts a matrix of elements <typeparamref name="T"/>.</summary>
    public static ChannelBlocks Of<T>(int rows, int channels)
    {
        int together = 1, lanes = Vector512<T>.Count;
        if (channels < WideRow)
        {
            // Four vectors keep the adders busy.
            while (together * channels % lanes != 0 || together * channels < 4 * lanes)
            {
                together *= 2;
            }
        }

        together = together > rows ? 1 : together;
        int folded = rows / together;
        int blocks = Math.Max(1, folded / Math.Max(MinBlockRows, BlockElements / Math.Max(1, together * channels)));
        return new(rows, channels, together, blocks);
    }

    /// <summary>Sums of <paramref name="count"/> parts in index order.</summary>
    public static void Add<T>(T* parts, nint count, int channels, T* to)
        where T : unmanaged
    {
        for (nint c = 0; c < channels; c += Vector512<T>.Count)
        {
            var sum = Vector512<T>.Zero;
            for (nint part = 0; part < count; part++)
            {
                sum += Tail.Load(parts + (part * channels) + c, channels - c);
            }

            Tail.Store(sum, to + c, channels - c);
        }
    }

    /// <summary>Block <paramref name="index"/> and its first part.</summary>
    public (nint Offset, nint Rows, nint Width, nint Part) Block(int index)
    {
        long folded = Rows / fold;
        if (index == whole)
        {
            return ((nint)folded * fold * Channels, Rows % fold, Channels, (nint)whole * fold);
        }

        long from = folded * index / whole, to = folded * (index + 1) / whole;
        return ((nint)from * fold * Channels, (nint)(to - from), (nint)fold * Channels, (nint)index * fold);
    }

    /// <summary>Writes a value per channel to every place of a block's row.</summary>
    public void Repeat<T>(T* values)
        where T : unmanaged
    {
        for (int i = 1; i < fold; i++)
        {
            new Span<T>(values, Channels).CopyTo(new Span<T>(values + ((nint)i * Channels), Channels));
        }
    }

    /// <summary>
    /// Mean and biased variance per channel from the parts' means and sums of squared deviations from them. Means are added as
    /// differences from the first, so that a large mean costs no digits.
    /// </summary>
    public void Moments<T>(T* means, T* squares, T* mean, T* variance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = Vector512.Create(T.CreateTruncating(Rows));
        for (nint c = 0; c < Channels; c += Vector512<T>.Count)
        {
            nint left = Channels - c;
            var shift = ColumnPasses.FiniteOrZero(Tail.Load(means + c, left));
            var (sum, square) = (Vector512<T>.Zero, Vector512<T>.Zero);
            nint part = 0;
            for (int block = 0; block < Count; block++)
            {
                var (_, rows, width, _) = Block(block);
                var weight = Vector512.Create(T.CreateTruncating(rows));
                for (nint end = part + (width / Channels); part < end; part++)
                {
                    sum = RowMath.Fma(weight, Tail.Load(means + (part * Channels) + c, left) - shift, sum);
                }
            }

            var m = shift + (sum / n);
            part = 0;
            for (int block = 0; block < Count; block++)
            {
                var (_, rows, width, _) = Block(block);
                var weight = Vector512.Create(T.CreateTruncating(rows));
                for (nint end = part + (width / Channels); part < end; part++)
                {
                    var d = Tail.Load(means + (part * Channels) + c, left) - m;
                    square = RowMath.Fma(weight * d, d, square + Tail.Load(squares + (part * Channels) + c, left));
                }
            }

            Tail.Store(m, mean + c, left);
            Tail.Store(ColumnPasses.AtLeastZero(square / n), variance + c, left);
        }
    }
}
