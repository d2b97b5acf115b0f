namespace Mettle;

/// <summary>Pixels on up to three axes that share the strips of a product: the axis that fills tiles best becomes their rows.</summary>
internal unsafe struct PixelGrid<T>(StripProduct<T> product, int columns)
    where T : unmanaged
{
    private Axis inner = new(1, 0, 0);
    private Axis middle = new(1, 0, 0);
    private Axis outer = new(1, 0, 0);

    /// <summary>Adds an axis, from the innermost outwards.</summary>
    public void Add(int count, nint source, nint result)
    {
        var axis = new Axis(count, source, result);
        if (count == 1)
        {
            return;
        }

        if (inner.Count == 1)
        {
            inner = axis;
        }
        else if (source == inner.Count * inner.Source && result == inner.Count * inner.Result && middle.Count == 1)
        {
            inner = inner with { Count = inner.Count * count };
        }
        else if (middle.Count == 1)
        {
            (inner, middle) = Fill(axis) > Fill(inner) ? (axis, inner) : (inner, axis);
        }
        else
        {
            (inner, outer) = Fill(axis) > Fill(inner) ? (axis, inner) : (inner, axis);
        }
    }

    /// <summary>
    /// Does <paramref name="count"/> strips for every pixel, from <paramref name="start"/> or, if that is null, from what is there.
    /// If <paramref name="fetch"/>, memory of later pixels at <paramref name="ahead"/> is fetched meanwhile. What ends the product
    /// comes with the <paramref name="last"/> strips.
    /// </summary>
    public readonly void Run(Strip* strips, int count, T* start, bool fetch, nint ahead, bool last)
    {
        var tile = product;
        if (!last)
        {
            tile.End = default;
        }

        ahead += middle.Count > 1 ? middle.Source : 2 * StripTile.WideRows * inner.Source;
        tile.AheadBytes = fetch ? inner.Count * inner.Source * sizeof(T) : 0;
        tile.Strips = strips;
        tile.Count = count;
        tile.ARow = inner.Source;
        tile.ATriple = 3 * inner.Source;
        tile.CRow = inner.Result;
        tile.Init = start;
        tile.InitRow = start is null ? inner.Result : 0;
        for (int o = 0; o < outer.Count; o++)
        {
            for (int m = 0; m < middle.Count; m++)
            {
                tile.A = product.A + (o * outer.Source) + (m * middle.Source);
                tile.C = product.C + (o * outer.Result) + (m * middle.Result);
                if (start is null)
                {
                    tile.Init = tile.C;
                }

                tile.Ahead = (byte*)(tile.A + ahead);
                tile.Run(inner.Count, columns);
            }
        }
    }

    // Six rows keep the arithmetic units busy; beyond that a longer axis gains little.
    private static int Fill(Axis axis) => Math.Min(axis.Count, 6);

    private readonly record struct Axis(int Count, nint Source, nint Result);
}
