using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>A row of results of <see cref="WindowMax"/> over channels-last images: lanes are neighbouring channels.</summary>
internal unsafe struct LargestJob<T> : IJob
    where T : unmanaged
{
    public PoolWindow Window;
    public ImageView<T> X;
    public ImageView<T> Y;

    public readonly void Run(int index)
    {
        int image = index / Window.OutHeight, i = index % Window.OutHeight, kernel = Window.Kernel.Width, right = Window.Dilation.Width;
        var (top, bottom) = Window.Rows(i);
        int down = Window.Dilation.Height;
        int rows = (bottom - top + down - 1) / down;
        T* x = X.Data + (image * X.Image) + (top * X.Row);
        T* y = Y.Data + (image * Y.Image) + (i * Y.Row);
        for (int j = 0; j < Window.OutWidth;)
        {
            var (from, to) = Window.Columns(j);
            int columns = (to - from + right - 1) / right, count = 1;
            if (columns == kernel)
            {
                // All windows up to the last one that fits see as many columns.
                int last = (Window.Width + Window.Padding.Width - ((kernel - 1) * right) - 1) / Window.Stride.Width;
                count = Math.Min(Window.OutWidth, last + 1) - j;
            }

            Windows(x + (from * X.Column), rows, columns, count, y + (j * Y.Column));
            j += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Windows(T* x, int rows, int columns, int count, T* y)
    {
        int w = Vector512<T>.Count, channels = Window.Channels, whole = channels / w * w;
        nint rowStep = Window.Dilation.Height * X.Row, columnStep = Window.Dilation.Width * X.Column, step = Window.Stride.Width * X.Column;
        bool four = rows == 2 && columns == 2;
        for (; count > 0; count--, x += step, y += Y.Column)
        {
            T* first = x;
            T* to = y;
            for (T* end = x + whole; first < end; first += w, to += w)
            {
                var largest = Largest<T>.None();
                if (four)
                {
                    largest.See(Vector512.Load(first));
                    largest.See(Vector512.Load(first + rowStep));
                    largest.See(Vector512.Load(first + columnStep));
                    largest.See(Vector512.Load(first + rowStep + columnStep));
                }
                else
                {
                    T* column = first;
                    for (int b = columns; b > 0; b--, column += columnStep)
                    {
                        T* p = column;
                        for (int a = rows; a > 0; a--, p += rowStep)
                        {
                            largest.See(Vector512.Load(p));
                        }
                    }
                }

                largest.Value().Store(to);
            }

            if (whole < channels)
            {
                nint left = channels - whole;
                var largest = Largest<T>.None();
                T* column = first;
                for (int b = columns; b > 0; b--, column += columnStep)
                {
                    T* p = column;
                    for (int a = rows; a > 0; a--, p += rowStep)
                    {
                        largest.See(Tail.Load(p, left));
                    }
                }

                Tail.Store(largest.Value(), to, left);
            }
        }
    }
}
