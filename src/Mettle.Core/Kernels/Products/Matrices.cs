namespace Mettle;

/// <summary>The matrices over a tensor's last two axes, numbered along its leading axes in row-major order.</summary>
internal unsafe struct Matrices<T>
    where T : unmanaged
{
    private T* data;
    private Loop lead;

    /// <summary>Elements from one row to the next.</summary>
    public nint Row { get; private init; }

    /// <summary>Elements from one column to the next.</summary>
    public nint Column { get; private init; }

    /// <summary>How many there are.</summary>
    public int Count { get; private init; }

    public static Matrices<T> Of(Tensor t)
    {
        // An extra axis of length 1 keeps the innermost run at one matrix.
        int axes = t.Rank - 2, count = 1;
        Span<int> dims = stackalloc int[axes + 1], strides = stackalloc int[axes + 1];
        t.Shape.Dims[..axes].CopyTo(dims);
        t.Strides.AsSpan()[..axes].CopyTo(strides);
        (dims[axes], strides[axes]) = (1, 0);
        foreach (int d in dims)
        {
            count = checked(count * d);
        }

        return new()
        {
            data = (T*)t.Pointer,
            lead = Loop.InOrder(dims, strides),
            Row = t.Strides[^2],
            Column = t.Strides[^1],
            Count = count,
        };
    }

    /// <summary>First element of matrix <paramref name="item"/>.</summary>
    public readonly T* At(int item)
    {
        int inner = lead.Inner;
        return data + lead.RowOffset(item / inner, 1) + ((nint)(item % inner) * lead.InnerStride(1));
    }

    /// <summary>
    /// Rows [first, first + rows) of a matrix, adjacent: where they lie, or copied to <paramref name="room"/> if other data
    /// stands between them. Rows far apart fall on few places of the cache, and tiles read them again and again.
    /// </summary>
    public readonly T* Adjacent(int item, int first, int rows, int width, T* room)
    {
        T* from = At(item) + (first * Row);
        if (Row == width)
        {
            return from;
        }

        for (int i = 0; i < rows; i++)
        {
            new ReadOnlySpan<T>(from + (i * Row), width).CopyTo(new Span<T>(room + ((nint)i * width), width));
        }

        return room;
    }
}
