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

    /// <summary>What follows the sums.</summary>
    public ConvEnd<T> End;

    /// <summary>Whether parts copy what they read into rows that hold the padding as zeros: one rectangle then has all their results.</summary>
    public bool Windowed;

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

    /// <summary>Parts of images, then of corners.</summary>
    public int AllParts;

    /// <summary>Images whose small rectangles, such as corners, are one part.</summary>
    public int CornerImages;

    /// <summary>Elements from one image to the next as a part reads them: of <see cref="X"/>, or of its own copy.</summary>
    private readonly nint ViewImage => Windowed ? Rows.Span(RowsPerPart) * ViewRow : X.Image;

    private readonly nint ViewRow => Windowed ? (nint)Columns.Span(Columns.Outputs) * In : X.Row;

    private readonly nint ViewColumn => Windowed ? In : X.Column;

    private readonly nint ViewChannel => Windowed ? 1 : X.Channel;

    /// <summary>The most strips of a kernel row, whatever lies side by side.</summary>
    public readonly int MostStripsPerRow => Math.Max(Pieces(Columns.Taps * In), Columns.Taps * Pieces(In));

    private readonly int MaxStripsPerRow => Merged ? Pieces(Columns.Taps * In) : Columns.Taps * Pieces(In);

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
                        long x = (a * (long)Rows.Gap * ViewRow) + (b * (long)Columns.Gap * ViewColumn) + (from * ViewChannel);
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

        if (!Windowed)
        {
            Results(X, image, images, group, panelPart, from, to);
            return;
        }

        T* window = (T*)Memory.Allocate(images * ViewImage * sizeof(T), out long bytes);
        int row = (from * Rows.Stride) + Rows.First;
        for (int n = 0; n < images; n++)
        {
            X.Window(image + n, group * In, In, Height, Width, row, Rows.Span(to - from), Columns.First, Columns.Span(Columns.Outputs), window + (n * ViewImage));
        }

        T* origin = window - (image * ViewImage) - (row * ViewRow) - (Columns.First * ViewColumn) - ((nint)group * In);
        Results(new(origin, ViewImage, 1, ViewRow, ViewColumn), image, images, group, panelPart, from, to);
        Memory.Return(window, bytes);
    }

    private readonly void Results(in ImageView<T> x, int image, int images, int group, int panelPart, int from, int to)
    {
        for (int j = Panels * panelPart / PanelParts; j < Panels * (panelPart + 1) / PanelParts; j++)
        {
            for (int r = 0; r < RowRegionCount; r++)
            {
                var rows = RowRegions[r].Within(from, to);
                for (int c = 0; c < ColumnRegionCount && rows.Count > 0; c++)
                {
                    if (CornerImages == 0 || !IsCorner(r, c))
                    {
                        Rectangle(x, image, images, group, j, rows, c);
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
                        Rectangle(X, image, images, group, j, RowRegions[r], c);
                    }
                }
            }
        }
    }

    // The results of some images in one region of rows and one of columns, for one panel of filters.
    private readonly void Rectangle(in ImageView<T> x, int image, int images, int group, int panel, TapRegion rows, int columnRegion)
    {
        int nr = StripProduct<T>.PanelColumns;
        var columns = ColumnRegions[columnRegion];
        var product = new StripProduct<T>
        {
            A = x.Data + (image * x.Image) + ((nint)group * In * x.Channel)
                + (((rows.From * Rows.Stride) + Rows.First) * x.Row) + (((columns.From * Columns.Stride) + Columns.First) * x.Column),
            AStep = x.Channel,
            BStep = nr,
            End = End,
            B = Packed + ((((nint)group * Panels) + panel) * Depth * nr),
            C = Y.Data + (image * Y.Image) + ((nint)group * Out) + ((nint)panel * nr)
                + ((Rows.OutStart + (rows.From * Rows.OutStep)) * Y.Row) + ((Columns.OutStart + (columns.From * Columns.OutStep)) * Y.Column),
        };
        var grid = new PixelGrid<T>(product, Math.Min(nr, Out - (panel * nr)));
        grid.Add(columns.Count, Columns.Stride * x.Column, Columns.OutStep * Y.Column);
        grid.Add(rows.Count, Rows.Stride * x.Row, Rows.OutStep * Y.Row);
        grid.Add(images, x.Image, Y.Image);
        T* start = Starts + ((((nint)group * Panels) + panel) * nr);
        bool fetch = panel == 0 && columns.Count >= 8 && Columns.Stride * x.Column * sizeof(T) <= 4096;
        nint ahead = (rows.TapTo - 1) * Rows.Gap * x.Row;
        var strip = Strips + ((((nint)columnRegion * Rows.Taps) * MaxStripsPerRow) + (rows.TapFrom * StripsPerRow(columns)));
        var end = strip + (rows.Taps * StripsPerRow(columns));
        do
        {
            int count = 0, steps = 0;
            while (strip + count < end && (count == 0 || steps + strip[count].Length <= StepBlock))
            {
                steps += strip[count++].Length;
            }

            grid.Run(strip, count, start, fetch, ahead, last: strip + count == end);
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
