namespace Mettle;

/// <summary>One pass of a convolution over images: packs the filters, then multiplies, part by part.</summary>
internal unsafe struct ConvJob<T> : IJob
    where T : unmanaged
{
    // Filters of so many steps stream from the second-level cache: loading sums anew costs more than that.
    private const int StepBlock = 2304;

    /// <summary>Rectangles of fewer pixels are too small for a tile.</summary>
    private const int FewPixels = 6;

    public ImageView<T> X;
    public int Height;
    public int Width;
    public ImageView<T> Y;
    public int Images;
    public TapAxis Rows;
    public TapAxis Columns;
    public int Groups;

    /// <summary>Channels of one group of X.</summary>
    public int In;

    /// <summary>Channels of one group of Y.</summary>
    public int Out;
    public ImageView<T> W;
    public nint WGroup;
    public nint WIn;
    public nint WOut;
    public T* Bias;
    public nint BiasStep;

    /// <summary>Filters by group and panel: [kernel row, kernel column, channel][panel columns].</summary>
    public T* Packed;

    /// <summary>Where the chains of a group and panel start: bias or 0.</summary>
    public T* Starts;

    /// <summary>For each region of columns the strips of all its taps, a kernel row after the other.</summary>
    public Strip* Strips;

    /// <summary>Whether the taps of a kernel row lie side by side.</summary>
    public bool Merged;
    public TapRegion* RowRegions;
    public TapRegion* ColumnRegions;
    public int RowRegionCount;
    public int ColumnRegionCount;
    public int Panels;
    public int Depth;
    public bool Packing;
    public int RowsPerPart;
    public int RowParts;
    public int PanelParts;

    /// <summary>Rows of Y, if parts clear theirs and those up to the next part's first, else 0.</summary>
    public int ClearsTo;

    /// <summary>Elements of a row of Y to clear.</summary>
    public int ClearedRow;
    public int ImagesPerPart;

    /// <summary>Parts of images or their rows; after them come the corners of several images each, if <see cref="CornerImages"/> is not 0.</summary>
    public int Parts;

    /// <summary>Images whose small rectangles, such as corners, are one part.</summary>
    public int CornerImages;

    /// <summary>The most strips of a kernel row.</summary>
    public readonly int MaxStripsPerRow => Merged ? Pieces(Columns.Taps * In) : Columns.Taps * Pieces(In);

    /// <summary>Fills <see cref="Strips"/>.</summary>
    public readonly void WriteStrips()
    {
        int nr = StripProduct<T>.PanelColumns;
        for (int region = 0; region < ColumnRegionCount; region++)
        {
            var to = Strips + ((nint)region * Rows.Taps * MaxStripsPerRow);
            var columns = ColumnRegions[region];
            for (int a = 0; a < Rows.Taps; a++)
            {
                int together = Merged ? columns.Taps : 1;
                for (int b = columns.TapFrom; b < columns.TapTo; b += together)
                {
                    int length = together * In, pieces = Pieces(length);
                    for (int i = 0, from = 0; i < pieces; i++)
                    {
                        int next = (int)((long)length * (i + 1) / pieces);
                        long x = (a * (long)Rows.Gap * X.Row) + (b * (long)Columns.Gap * X.Column) + (from * X.Channel);
                        *to++ = new(checked((int)x), ((((a * Columns.Taps) + b) * In) + from) * nr, next - from);
                        from = next;
                    }
                }
            }
        }
    }

    private readonly int StripsPerRow(TapRegion columns)
        => Merged ? Pieces(columns.Taps * In) : columns.Taps * Pieces(In);

    private static int Pieces(int length) => (length + StepBlock - 1) / StepBlock;

    public readonly void Run(int index)
    {
        if (Packing)
        {
            Pack(index);
            return;
        }

        if (index >= Parts)
        {
            Corners(index - Parts);
            return;
        }

        int panelPart = index % PanelParts;
        index /= PanelParts;
        int rowPart = index % RowParts;
        int group = index / RowParts % Groups;
        int image = index / RowParts / Groups * ImagesPerPart;
        int images = Math.Min(ImagesPerPart, Images - image);
        int from = rowPart * RowsPerPart, to = Math.Min(Rows.Outputs, from + RowsPerPart);
        if (ClearsTo > 0)
        {
            int first = from * Rows.OutStep, end = to == Rows.Outputs ? ClearsTo : to * Rows.OutStep;
            for (int n = 0; n < images; n++)
            {
                new Span<T>(Y.Data + ((image + n) * Y.Image) + (first * Y.Row), checked((end - first) * ClearedRow)).Clear();
            }
        }

        for (int j = Panels * panelPart / PanelParts; j < Panels * (panelPart + 1) / PanelParts; j++)
        {
            for (int r = 0; r < RowRegionCount; r++)
            {
                var rows = RowRegions[r].Within(from, to);
                for (int c = 0; c < ColumnRegionCount && rows.Count > 0; c++)
                {
                    if (CornerImages == 0 || !IsCorner(r, c))
                    {
                        Rectangle(image, images, group, j, rows, c);
                    }
                }
            }
        }
    }

    private readonly bool IsCorner(int rowRegion, int columnRegion)
        => RowRegions[rowRegion].Count * ColumnRegions[columnRegion].Count < FewPixels;

    // One pixel is a chain that waits for itself; those of several images fill a tile.
    private readonly void Corners(int index)
    {
        int group = index % Groups, image = index / Groups * CornerImages;
        int images = Math.Min(CornerImages, Images - image);
        for (int j = 0; j < Panels; j++)
        {
            for (int r = 0; r < RowRegionCount; r++)
            {
                for (int c = 0; c < ColumnRegionCount; c++)
                {
                    if (IsCorner(r, c))
                    {
                        Rectangle(image, images, group, j, RowRegions[r], c);
                    }
                }
            }
        }
    }

    // The results of some images in one region of rows and one of columns, for one panel of filters.
    private readonly void Rectangle(int image, int images, int group, int panel, TapRegion rows, int columnRegion)
    {
        int nr = StripProduct<T>.PanelColumns;
        var columns = ColumnRegions[columnRegion];
        var product = new StripProduct<T>
        {
            A = X.Data + (image * X.Image) + ((nint)group * In * X.Channel)
                + (((rows.From * Rows.Stride) + Rows.First) * X.Row) + (((columns.From * Columns.Stride) + Columns.First) * X.Column),
            AStep = X.Channel,
            BStep = nr,
            B = Packed + ((((nint)group * Panels) + panel) * Depth * nr),
            C = Y.Data + (image * Y.Image) + ((nint)group * Out) + ((nint)panel * nr)
                + ((Rows.OutStart + (rows.From * Rows.OutStep)) * Y.Row) + ((Columns.OutStart + (columns.From * Columns.OutStep)) * Y.Column),
        };
        var grid = new PixelGrid<T>(product, Math.Min(nr, Out - (panel * nr)));
        grid.Add(columns.Count, Columns.Stride * X.Column, Columns.OutStep * Y.Column);
        grid.Add(rows.Count, Rows.Stride * X.Row, Rows.OutStep * Y.Row);
        grid.Add(images, X.Image, Y.Image);
        T* start = Starts + ((((nint)group * Panels) + panel) * nr);
        bool fetch = panel == 0 && columns.Count >= 8 && Columns.Stride * X.Column * sizeof(T) <= 4096;
        nint ahead = (rows.TapTo - 1) * Rows.Gap * X.Row;
        var strip = Strips + ((((nint)columnRegion * Rows.Taps) * MaxStripsPerRow) + (rows.TapFrom * StripsPerRow(columns)));
        var end = strip + (rows.Taps * StripsPerRow(columns));
        do
        {
            int count = 0, steps = 0;
            while (strip + count < end && (count == 0 || steps + strip[count].Length <= StepBlock))
            {
                steps += strip[count++].Length;
            }

            grid.Run(strip, count, start, fetch, ahead);
            strip += count;
            start = null;
            fetch = false;
        }
        while (strip < end);
    }

    private readonly void Pack(int index)
    {
        int nr = StripProduct<T>.PanelColumns;
        int group = index / Panels, column = index % Panels * nr;
        int columns = Math.Min(nr, Out - column);
        T* panel = Packed + ((nint)index * Depth * nr);
        T* start = Starts + ((nint)index * nr);
        new Span<T>(start, nr).Clear();
        for (int j = 0; j < columns && Bias is not null; j++)
        {
            start[j] = Bias[(((nint)group * Out) + column + j) * BiasStep];
        }

        FilterPanel.Pack(W.Data + (group * WGroup) + (column * WOut), W.Row, W.Column, WIn, WOut, In, columns, Rows, Columns, panel);
    }
}
