namespace Mettle;

/// <summary>Images [N, C, H, W] or [N, C, L] of any memory order, read channels-last.</summary>
internal readonly unsafe struct ImageView<T>
    where T : unmanaged
{
    public readonly T* Data;
    public readonly nint Image;
    public readonly nint Channel;
    public readonly nint Row;
    public readonly nint Column;

    public ImageView(Tensor t)
    {
        Data = (T*)t.Pointer;
        (Image, Channel, Column) = (t.Strides[0], t.Strides[1], t.Strides[^1]);
        Row = t.Rank == 4 ? t.Strides[2] : 0;
    }

    public ImageView(T* data, nint image, nint channel, nint row, nint column)
    {
        Data = data;
        (Image, Channel, Row, Column) = (image, channel, row, column);
    }

    /// <summary>The elements of <paramref name="t"/> that were copied to rows of channels.</summary>
    public static ImageView<T> OfRows(byte* copy, Tensor t)
    {
        Span<int> strides = stackalloc int[t.Rank];
        ChannelRows.Strides(t.Shape, strides);
        return new((T*)copy, strides[0], strides[1], t.Rank == 4 ? strides[2] : 0, strides[^1]);
    }

    /// <summary>The same memory, every <paramref name="row"/>-th row an image of every <paramref name="column"/>-th pixel.</summary>
    public ImageView<T> RowsAsImages(int row, int column) => new(Data, row * Row, Channel, 0, column * Column);

    /// <summary>
    /// Copies a window of an image's channels [channel, channel + channels) into [rows][columns][channels]; what lies outside
    /// the image becomes zero.
    /// </summary>
    public void Window(int image, int channel, int channels, int height, int width, int row, int rows, int column, int columns, T* to)
    {
        nint pitch = (nint)columns * channels;
        int left = Math.Clamp(-column, 0, columns);
        int right = Math.Clamp(width - column, left, columns);
        T* source = Data + (image * Image) + (channel * Channel) + ((column + left) * Column);
        for (int i = 0; i < rows; i++, to += pitch)
        {
            int h = row + i;
            if (h < 0 || h >= height || right == left)
            {
                new Span<T>(to, (int)pitch).Clear();
                continue;
            }

            new Span<T>(to, left * channels).Clear();
            Pixels(source + (h * Row), right - left, channels, to + ((nint)left * channels));
            new Span<T>(to + ((nint)right * channels), (columns - right) * channels).Clear();
        }
    }

    /// <summary>Copies one row's pixels.</summary>
    private void Pixels(T* source, int pixels, int channels, T* to)
    {
        if (Channel == 1 && Column == channels)
        {
            new ReadOnlySpan<T>(source, pixels * channels).CopyTo(new Span<T>(to, pixels * channels));
            return;
        }

        if (Channel == 1 && channels > 3)
        {
            for (int j = 0; j < pixels; j++)
            {
                new ReadOnlySpan<T>(source + (j * Column), channels).CopyTo(new Span<T>(to + ((nint)j * channels), channels));
            }

            return;
        }

        for (int c = 0; c < channels; c++)
        {
            T* s = source + (c * Channel);
            T* t = to + c;
            for (int j = 0; j < pixels; j++)
            {
                *t = *s;
                s += Column;
                t += channels;
            }
        }
    }
}
