using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>The parts of a weight gradient: sums over chunks of images, then their total.</summary>
internal unsafe struct WeightGradientJob<T> : IJob
    where T : unmanaged
{
    public ImageView<T> X;
    public ImageView<T> G;
    public ConvGeometry S;
    public TapAxis Rows;
    public TapAxis Columns;
    public int Panels;
    public int PanelParts;

    /// <summary>Parts that share the kernel's rows among them; one where channels are few.</summary>
    public int RowParts;
    public int Depth;
    public int Chunks;
    public int RowsPerBlock;

    /// <summary>More than one only where a block holds whole images.</summary>
    public int ImagesPerBlock;

    /// <summary>Row length of gradients copied to whole vectors, or 0 where they are multiplied in place.</summary>
    public int GradientPitch;

    /// <summary>Whether the images have so few channels that the taps of a kernel row fill tiles better.</summary>
    public bool Few;

    /// <summary>Whether the pixels of a block lie at even steps, as one long row, and see the only tap.</summary>
    public bool Flat;

    /// <summary>Whether X and G, and with them rows and columns, have changed places.</summary>
    public bool Turned;

    /// <summary>Sums, chunk by chunk, group by group, panel by panel: [taps and channels][panel columns].</summary>
    public T* Partial;
    public T* W;

    /// <summary>Lists of the rows of a block with the pixels that see a tap, then one of whole rows.</summary>
    public Strip* Strips;
    public bool Adding;

    /// <summary>Rows of pixels of a block.</summary>
    public readonly int BlockRows => ImagesPerBlock * RowsPerBlock;

    /// <summary>A list for each tap if blocks hold whole images, else for each kernel column: rows are then cut out of it.</summary>
    public readonly int Lists => Whole ? S.KernelHeight * S.KernelWidth : S.KernelWidth;

    private readonly bool Whole => RowsPerBlock == S.OutHeight;

    private readonly nint GradientPixel => GradientPitch > 0 ? GradientPitch : G.Column;

    private readonly nint GradientRow => GradientPitch > 0 ? (nint)S.OutWidth * GradientPitch : G.Row;

    private readonly nint GradientImage => GradientPitch > 0 ? (nint)S.OutHeight * S.OutWidth * GradientPitch : G.Image;

    // Images with few channels are copied with zeros around: [rows][columns][channels] if they lie so, else [rows][channels][columns].
    private readonly bool Interleaved => S.InChannels > 1 && X.Channel == 1 && X.Column == S.InChannels;

    private readonly bool ColumnsInside => Few && !Interleaved;

    private readonly int WindowWidth => Columns.Span(S.OutWidth);

    private readonly int WindowColumn => Interleaved ? S.InChannels : 1;

    private readonly nint WindowRow => (nint)WindowWidth * S.InChannels;

    // Sums lie as [kernel row][kernel column][channel], or [kernel row][channel][kernel column] as windows do.
    private readonly nint ChannelRow => (nint)(ColumnsInside ? S.KernelWidth : 1) * StripProduct<T>.PanelColumns;

    private readonly nint ColumnRow => (nint)(ColumnsInside ? 1 : S.InChannels) * StripProduct<T>.PanelColumns;

    /// <summary>Fills <see cref="Strips"/>.</summary>
    public readonly void WriteStrips()
    {
        for (int list = 0; list < Lists; list++)
        {
            var rows = Whole ? Outputs(Rows, list / S.KernelWidth, S.Height) : (From: 0, To: RowsPerBlock);
            var columns = Outputs(Columns, list % S.KernelWidth, S.Width);
            Write(Strips + ((nint)list * BlockRows), ImagesPerBlock, rows, columns, X.Image, Rows.Stride * X.Row, Columns.Stride * X.Column);
        }

        Write(Strips + ((nint)Lists * BlockRows), 1, (0, RowsPerBlock), (0, S.OutWidth), 0, Rows.Stride * WindowRow, WindowColumn * Columns.Stride);
    }

    public readonly void Run(int index)
    {
        if (Adding)
        {
            Add(index / Panels, index % Panels);
            return;
        }

        int rowPart = index % RowParts;
        index /= RowParts;
        int fromTap = S.KernelHeight * rowPart / RowParts, toTap = S.KernelHeight * (rowPart + 1) / RowParts;
        int part = index % PanelParts, group = index / PanelParts % S.Groups, chunk = index / PanelParts / S.Groups;
        int fromPanel = Panels * part / PanelParts, toPanel = Panels * (part + 1) / PanelParts;
        int from = (int)((long)S.Images * chunk / Chunks), to = (int)((long)S.Images * (chunk + 1) / Chunks);
        nint panelSize = (nint)Depth * StripProduct<T>.PanelColumns;
        T* sum = Partial + ((((nint)chunk * S.Groups) + group) * Panels * panelSize);
        long gradients = (long)BlockRows * S.OutWidth * GradientPitch;
        long window = Few ? Rows.Span(RowsPerBlock) * (long)WindowRow : 0;
        T* scratch = (T*)Memory.Allocate((gradients + window) * sizeof(T), out long bytes);
        var piece = new Piece(group, from, to, fromPanel, toPanel, fromTap, toTap);
        Sum(piece, sum, scratch, Few ? scratch + gradients : null);
        if (Few && !AllNumbers(sum + (fromPanel * panelSize), (toPanel - fromPanel) * panelSize))
        {
            // A zero around an image adds nothing to a sum unless it met an infinity or NaN: then they are left out.
            Sum(piece, sum, scratch, null);
        }

        Memory.Return(scratch, bytes);
    }

    // The products of a piece's pixels, through windows if there is memory for them.
    private readonly void Sum(Piece piece, T* sum, T* scratch, T* window)
    {
        var (group, from, to, fromPanel, toPanel, fromTap, toTap) = piece;
        int nr = StripProduct<T>.PanelColumns;
        nint panelSize = (nint)Depth * nr, kernelRow = (nint)S.KernelWidth * S.InChannels * nr;
        for (int j = fromPanel; j < toPanel; j++)
        {
            new Span<T>(sum + (j * panelSize) + (fromTap * kernelRow), checked((int)((toTap - fromTap) * kernelRow))).Clear();
        }

        for (int image = from; image < to; image += ImagesPerBlock)
        {
            int images = Math.Min(ImagesPerBlock, to - image);
            for (int row = 0; row < S.OutHeight; row += RowsPerBlock)
            {
                int rows = Math.Min(RowsPerBlock, S.OutHeight - row);
                T* g = Gradients(image, images, group, row, rows, scratch);
                for (int i = 0; i < images && window != null; i++)
                {
                    Window(image + i, group, row, rows, window);
                    for (int j = fromPanel; j < toPanel; j++)
                    {
                        InWindow(window, g + (i * GradientImage) + (j * nr), sum + (j * panelSize), rows, Math.Min(nr, S.OutChannels - (j * nr)));
                    }
                }

                for (int j = fromPanel; j < toPanel && window == null; j++)
                {
                    // The next block, in one go: images while the first panel is computed, gradients while the second is.
                    byte* ahead = (byte*)(j == fromPanel ? X.Data + ((image + images) * X.Image) : G.Data + ((image + images) * G.Image));
                    nint bytes = images * (j == fromPanel ? X.Image : G.Image) * sizeof(T);
                    InPlace(image, images, group, row, rows, g + (j * nr), sum + (j * panelSize), Math.Min(nr, S.OutChannels - (j * nr)), fromTap, toTap, ahead, j < fromPanel + 2 ? bytes : 0);
                }
            }
        }
    }

    // Results [from, to) whose tap lies inside a source of some size.
    private static (int From, int To) Outputs(TapAxis axis, int tap, int size)
    {
        int at = axis.First + (tap * axis.Gap);
        int from = at >= 0 ? 0 : Math.Min(axis.Outputs, (-at + axis.Stride - 1) / axis.Stride);
        int to = at >= size ? from : Math.Clamp(((size - 1 - at) / axis.Stride) + 1, from, axis.Outputs);
        return (from, to);
    }

    private readonly void Write(Strip* to, int images, (int From, int To) rows, (int From, int To) columns, nint xImage, nint xRow, nint xColumn)
    {
        for (int n = 0; n < images; n++)
        {
            for (int i = rows.From; i < rows.To; i++)
            {
                long x = (n * xImage) + (i * xRow) + (columns.From * xColumn), g = (n * GradientImage) + (i * GradientRow) + (columns.From * GradientPixel);
                *to++ = new(checked((int)x), checked((int)g), columns.To - columns.From);
            }
        }
    }

    // Each tap's channels times the pixels that see it.
    private readonly void InPlace(int image, int images, int group, int row, int rows, T* g, T* sum, int columns, int fromTap, int toTap, byte* ahead, nint aheadBytes)
    {
        int nr = StripProduct<T>.PanelColumns;
        var product = new StripProduct<T>
        {
            ARow = X.Channel,
            ATriple = 3 * X.Channel,
            AStep = Columns.Stride * X.Column,
            BStep = GradientPixel,
            CRow = ChannelRow,
            InitRow = ChannelRow,
            B = g,
        };
        T* x = X.Data + (image * X.Image) + ((nint)group * S.InChannels * X.Channel) + (((row * Rows.Stride) + Rows.First) * X.Row) + (Columns.First * X.Column);
        Strip all = new(0, 0, images * S.OutWidth);
        for (int a = fromTap; a < toTap; a++)
        {
            var seen = Outputs(Rows, a, S.Height);
            int first = Math.Max(seen.From, row) - row, count = Math.Min(seen.To, row + rows) - row - first;
            for (int b = 0; b < S.KernelWidth && count > 0; b++)
            {
                int tap = (a * S.KernelWidth) + b;
                var (left, right) = Outputs(Columns, b, S.Width);
                product.Strips = Strips + (Whole ? (nint)tap * BlockRows : ((nint)b * BlockRows) + first);
                product.Count = images * count;
                product.A = x + (a * Rows.Gap * X.Row) + (b * Columns.Gap * X.Column);
                product.C = sum + ((nint)a * S.KernelWidth * S.InChannels * nr) + (b * ColumnRow);
                product.Init = product.C;
                if (Flat)
                {
                    product.Strips = &all;
                    product.Count = 1;
                    product.Ahead = ahead;
                    product.AheadBytes = aheadBytes;
                }

                if (left < right)
                {
                    product.Run(S.InChannels, columns);
                }
            }
        }
    }

    // The taps of kernel rows and channels times all pixels of a block.
    private readonly void InWindow(T* window, T* g, T* sum, int rows, int columns)
    {
        int nr = StripProduct<T>.PanelColumns;
        var product = new StripProduct<T>
        {
            Strips = Strips + ((nint)Lists * BlockRows),
            Count = rows,
            AStep = WindowColumn * Columns.Stride,
            BStep = GradientPixel,
            ARow = 1,
            ATriple = 3,
            B = g,
            CRow = nr,
            InitRow = nr,
        };
        if (Interleaved)
        {
            int runs = Columns.Gap == 1 ? 1 : S.KernelWidth, length = S.KernelWidth / runs * S.InChannels;
            for (int run = 0; run < S.KernelHeight * runs; run++)
            {
                product.A = window + (run / runs * Rows.Gap * WindowRow) + (run % runs * (nint)Columns.Gap * S.InChannels);
                product.C = sum + ((nint)run * length * nr);
                product.Init = product.C;
                product.Run(length, columns);
            }

            return;
        }

        (product.ARow, product.ATriple) = (Columns.Gap, 3 * Columns.Gap);
        bool triples = S.KernelWidth == 3;
        int together = triples && Rows.Gap == 1 ? S.KernelHeight * S.InChannels : triples ? S.InChannels : 1;
        if (triples)
        {
            product.ATriple = WindowWidth;
        }

        for (int line = 0; line < S.KernelHeight * S.InChannels; line += together)
        {
            product.A = window + (line / S.InChannels * Rows.Gap * WindowRow) + (line % S.InChannels * (nint)WindowWidth);
            product.C = sum + ((nint)line * S.KernelWidth * nr);
            product.Init = product.C;
            product.Run(together * S.KernelWidth, columns);
        }
    }

    // The gradients of a block's pixels, where they lie or copied to rows of whole vectors.
    private readonly T* Gradients(int image, int images, int group, int row, int rows, T* buffer)
    {
        T* g = G.Data + (image * G.Image) + ((nint)group * S.OutChannels) + (row * G.Row);
        if (GradientPitch == 0)
        {
            return g;
        }

        for (int n = 0; n < images; n++)
        {
            T* from = g + (n * G.Image);
            T* to = buffer + (n * GradientImage);
            for (int p = 0; p < rows * S.OutWidth; p++, from += G.Column, to += GradientPitch)
            {
                for (int f = 0; f < S.OutChannels; f++)
                {
                    to[f] = from[f];
                }

                for (int f = S.OutChannels; f < GradientPitch; f++)
                {
                    to[f] = default;
                }
            }
        }

        return buffer;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AllNumbers(T* sum, nint count)
    {
        var zeros = Vector512<T>.Zero;
        for (nint i = 0; i < count; i += Vector512<T>.Count)
        {
            zeros += Vector512.Load(sum + i) * Vector512<T>.Zero;
        }

        return zeros == Vector512<T>.Zero;
    }

    private readonly void Window(int image, int group, int row, int rows, T* to)
    {
        int top = (row * Rows.Stride) + Rows.First, width = WindowWidth;
        int left = Math.Clamp(-Columns.First, 0, width), right = Math.Clamp(S.Width - Columns.First, left, width);
        T* x = X.Data + (image * X.Image) + ((nint)group * S.InChannels * X.Channel) + ((Columns.First + left) * X.Column);
        int lines = Interleaved ? 1 : S.InChannels, unit = WindowColumn;
        for (int i = 0; i < Rows.Span(rows); i++)
        {
            bool inside = top + i >= 0 && top + i < S.Height;
            int from = (inside ? left : width) * unit, until = (inside ? right : width) * unit;
            for (int c = 0; c < lines; c++, to += width * unit)
            {
                Line(x + ((top + i) * X.Row) + (c * X.Channel), Interleaved ? 1 : X.Column, from, until, width * unit, to);
            }
        }
    }

    // Elements [from, until) from an image, zeros elsewhere.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Line(T* source, nint step, int from, int until, int length, T* to)
    {
        for (int j = 0; j < from; j++)
        {
            to[j] = default;
        }

        if (step == 1 && until - from >= 8)
        {
            new ReadOnlySpan<T>(source, until - from).CopyTo(new Span<T>(to + from, until - from));
        }
        else
        {
            for (int j = from; j < until; j++, source += step)
            {
                to[j] = *source;
            }
        }

        for (int j = until; j < length; j++)
        {
            to[j] = default;
        }
    }

    // Chunks in index order, then to [filters][channels][taps].
    private readonly void Add(int group, int panel)
    {
        int nr = StripProduct<T>.PanelColumns, lanes = Vector512<T>.Count;
        nint size = (nint)Depth * nr, step = size * Panels * S.Groups;
        T* sum = Partial + (((nint)group * Panels) + panel) * size;
        for (int chunk = 1; chunk < Chunks; chunk++)
        {
            T* more = sum + (chunk * step);
            for (nint i = 0; i < size; i += lanes)
            {
                (Vector512.Load(sum + i) + Vector512.Load(more + i)).Store(sum + i);
            }
        }

        int from = panel * nr, kernelRow = S.InChannels * S.KernelWidth;
        if (Turned)
        {
            int columns = Math.Min(nr, S.OutChannels - from);
            for (int k = 0; k < S.InChannels; k++)
            {
                T* to = W + ((((nint)group * S.InChannels) + k) * S.OutChannels) + from;
                new ReadOnlySpan<T>(sum + ((nint)k * nr), columns).CopyTo(new Span<T>(to, columns));
            }

            return;
        }

        T* w = W + (((nint)group * S.OutChannels) + from) * Depth;
        for (int k = 0; k < Math.Min(nr, S.OutChannels - from); k++)
        {
            for (int c = 0; c < S.InChannels; c++)
            {
                for (int a = 0; a < S.KernelHeight; a++)
                {
                    T* s = sum + ((nint)a * kernelRow * nr) + (c * ChannelRow) + k;
                    for (int b = 0; b < S.KernelWidth; b++, s += ColumnRow)
                    {
                        *w++ = *s;
                    }
                }
            }
        }
    }

    /// <summary>What a part sums: images [From, To), panels of filters and rows of the kernel.</summary>
    private readonly record struct Piece(int Group, int From, int To, int FromPanel, int ToPanel, int FromTap, int ToTap);
}
