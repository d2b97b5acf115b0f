using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Blocks of tiles: images to 36 matrices, 36 products with the transformed filters, results back.</summary>
internal unsafe struct WinogradJob : IJob
{
    private const int Lanes = 16;

    // Keeps the 36 matrices from falling on the same places of the cache.
    private const int Spread = 16;

    public ConvJob<float> Conv;
    public TapAxis Rows;
    public TapAxis Columns;

    /// <summary>Tiles of an image along its height.</summary>
    public int Tall;

    /// <summary>Tiles of an image along its width.</summary>
    public int Across;
    public int Tiles;

    /// <summary>Tiles of a part.</summary>
    public int Block;

    /// <summary>Channels, rounded up to whole vectors.</summary>
    public int Channels;
    public int Panels;

    /// <summary>By panel and element: [channel][panel columns].</summary>
    public float* Filters;

    /// <summary>Bias or 0 by filter.</summary>
    public float* Starts;
    public bool Packing;

    public readonly void Run(int index)
    {
        if (Packing)
        {
            PackPanel(index);
            return;
        }

        int from = index * Block, count = Math.Min(Block, Tiles - from);
        nint source = ((nint)Block * Channels) + Spread, product = ((nint)Block * Width(0)) + Spread;
        var images = (float*)Memory.Allocate(Winograd.Elements * (source + product) * sizeof(float), out long bytes);
        float* products = images + (Winograd.Elements * source);
        for (int t = 0; t < count; t++)
        {
            Read(from + t, images + ((nint)t * Channels), source);
        }

        for (int j = 0; j < Panels; j++)
        {
            Multiply(images, source, products, product, j, count);
            for (int t = 0; t < count; t++)
            {
                Write(from + t, products + ((nint)t * Width(j)), product, j);
            }
        }

        Memory.Return(images, bytes);
    }

    // Columns of a panel's products, whole vectors.
    private readonly int Width(int panel)
    {
        int nr = StripProduct<float>.PanelColumns;
        return Math.Min(nr, (Conv.Out - (panel * nr) + Lanes - 1) / Lanes * Lanes);
    }

    private readonly void Multiply(float* images, nint source, float* products, nint product, int panel, int count)
    {
        int nr = StripProduct<float>.PanelColumns;
        nint size = (nint)Conv.In * nr;
        float* zeros = stackalloc float[2 * Lanes];
        new Span<float>(zeros, 2 * Lanes).Clear();
        var strip = new Strip(0, 0, Conv.In);
        for (int e = 0; e < Winograd.Elements; e++)
        {
            var tile = new StripProduct<float>
            {
                A = images + (e * source),
                ARow = Channels,
                ATriple = 3 * Channels,
                AStep = 1,
                B = Filters + ((((nint)panel * Winograd.Elements) + e) * size),
                BStep = nr,
                Strips = &strip,
                Count = 1,
                C = products + (e * product),
                CRow = Width(panel),
                Init = zeros,
            };
            tile.Run(count, Width(panel));
        }
    }

    // Filters [kernel row, kernel column, channel][panel columns] to G w G^T.
    private readonly void PackPanel(int panel)
    {
        int nr = StripProduct<float>.PanelColumns, column = panel * nr, columns = Math.Min(nr, Conv.Out - column);
        nint size = (nint)Conv.In * nr;
        var w = (float*)Memory.Allocate(9 * size * sizeof(float), out long bytes);
        FilterPanel.Pack(Conv.W.Data + (column * Conv.WOut), Conv.W.Row, Conv.W.Column, Conv.WIn, Conv.WOut, Conv.In, columns, Rows, Columns, w);
        for (nint i = 0; i < size; i += Lanes)
        {
            Filter(w + i, size, Filters + (panel * Winograd.Elements * size) + i);
        }

        Memory.Return(w, bytes);
        for (int j = 0; j < nr; j++)
        {
            Starts[column + j] = j < columns && Conv.Bias is not null ? Conv.Bias[(column + j) * Conv.BiasStep] : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Filter(float* w, nint step, float* to)
    {
        var half = stackalloc float[6 * 3 * Lanes];
        for (int b = 0; b < 3; b++)
        {
            Expand(w + (b * step), 3 * step, half + (b * Lanes), 3 * Lanes);
        }

        for (int a = 0; a < 6; a++)
        {
            Expand(half + (a * 3 * Lanes), Lanes, to + (a * 6 * step), step);
        }
    }

    // G of three elements.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expand(float* x, nint xStep, float* y, nint yStep)
    {
        var x0 = Vector512.Load(x);
        var x1 = Vector512.Load(x + xStep);
        var x2 = Vector512.Load(x + (2 * xStep));
        var sixth = Vector512.Create(1f / 6);
        var even = (x0 + x2) * -sixth;
        var odd = x1 * sixth;
        (x0 * Vector512.Create(0.25f)).Store(y);
        (even - odd).Store(y + yStep);
        (even + odd).Store(y + (2 * yStep));
        even = Vector512.FusedMultiplyAdd(x0, Vector512.Create(1f / 24), x2 * sixth);
        odd = x1 * Vector512.Create(1f / 12);
        (even + odd).Store(y + (3 * yStep));
        (even - odd).Store(y + (4 * yStep));
        x2.Store(y + (5 * yStep));
    }

    // B^T d B of a tile, a vector of channels after the other.
    [SkipLocalsInit]
    private readonly void Read(int tile, float* to, nint element)
    {
        int image = tile / (Tall * Across), top = (tile / Across % Tall * Winograd.Side) + Rows.First, left = (tile % Across * Winograd.Side) + Columns.First;
        var x = Conv.X;
        float* from = x.Data + (image * x.Image) + (top * x.Row) + (left * x.Column);
        int firstRow = Math.Max(0, -top), lastRow = Math.Min(6, Conv.Height - top), first = Math.Max(0, -left), last = Math.Min(6, Conv.Width - left);
        bool inside = lastRow - firstRow == 6 && last - first == 6;
        float* patch = stackalloc float[Winograd.Elements * Lanes];
        if (!inside)
        {
            // Padding, the same for all channels.
            new Span<float>(patch, Winograd.Elements * Lanes).Clear();
        }

        for (int c = 0; c < Channels; c += Lanes)
        {
            if (inside && c + Lanes <= Conv.In)
            {
                WinogradTile.Source(from + c, x.Row, x.Column, to + c, element);
                continue;
            }

            for (int i = firstRow; i < lastRow; i++)
            {
                float* pixel = from + (i * x.Row) + c, cell = patch + (i * 6 * Lanes);
                for (int j = first; j < last; j++)
                {
                    Lane(pixel + (j * x.Column), Conv.In - c).Store(cell + (j * Lanes));
                }
            }

            WinogradTile.Source(patch, 6 * Lanes, Lanes, to + c, element);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Lane(float* x, int left) => left >= Lanes ? Vector512.Load(x) : Tail.Load(x, left);

    // A^T m A of a tile, plus the bias, for a panel of filters.
    [SkipLocalsInit]
    private readonly void Write(int tile, float* from, nint element, int panel)
    {
        int image = tile / (Tall * Across), top = tile / Across % Tall * Winograd.Side, left = tile % Across * Winograd.Side;
        var y = Conv.Y;
        int column = panel * StripProduct<float>.PanelColumns;
        int rows = Math.Min(Winograd.Side, Rows.Outputs - top), columns = Math.Min(Winograd.Side, Columns.Outputs - left);
        float* to = y.Data + (image * y.Image) + ((Rows.OutStart + top) * y.Row) + ((Columns.OutStart + left) * y.Column) + column;
        float* patch = stackalloc float[Winograd.Side * Winograd.Side * Lanes];
        for (int k = 0; k < StripProduct<float>.PanelColumns && column + k < Conv.Out; k += Lanes)
        {
            int filters = Math.Min(Lanes, Conv.Out - column - k);
            if (rows == Winograd.Side && columns == Winograd.Side && filters == Lanes)
            {
                WinogradTile.Result(from + k, element, to + k, y.Row, y.Column, Starts + column + k);
                continue;
            }

            WinogradTile.Result(from + k, element, patch, Winograd.Side * Lanes, Lanes, Starts + column + k);
            for (int i = 0; i < rows; i++)
            {
                float* cell = patch + (i * Winograd.Side * Lanes), pixel = to + k + (i * y.Row);
                for (int j = 0; j < columns; j++)
                {
                    var v = Vector512.Load(cell + (j * Lanes));
                    if (filters == Lanes)
                    {
                        v.Store(pixel + (j * y.Column));
                    }
                    else
                    {
                        Tail.Store(v, pixel + (j * y.Column), filters);
                    }
                }
            }
        }
    }
}
