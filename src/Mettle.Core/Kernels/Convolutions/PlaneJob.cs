using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>
/// A rectangle of results of a convolution of few filters: what it reads is copied into rows [channel][column modulo the stride][column],
/// padding as zeros, so that lanes are neighbouring pixels at any stride.
/// </summary>
internal unsafe struct PlaneJob<T> : IJob
    where T : unmanaged
{
    public ImageView<T> X;
    public int Height;
    public int Width;
    public T* Y;
    public int Images;
    public int Channels;
    public int Filters;
    public TapAxis Rows;
    public TapAxis Columns;

    /// <summary>Tiles of filters one after the other, each by step and filter.</summary>
    public T* Weights;
    public T* Start;
    public int* Places;
    public int Steps;
    public ConvEnd<T> End;
    public int RowsPerPart;
    public int ColumnsPerPart;

    public readonly int RowParts => (Rows.Outputs + RowsPerPart - 1) / RowsPerPart;

    public readonly int ColumnParts => (Columns.Outputs + ColumnsPerPart - 1) / ColumnsPerPart;

    public readonly int Parts => checked(Images * RowParts * ColumnParts);

    /// <summary>Elements of a copied row's columns of one residue modulo the stride: whole vectors, and those to the right that the last ones see.</summary>
    public readonly int Pitch
    {
        get
        {
            int w = Vector512<T>.Count;
            return ((ColumnsPerPart + w - 1) / w * w) + ((Columns.Taps - 1) * Columns.Gap / Columns.Stride);
        }
    }

    private readonly nint ChannelStep => (nint)Columns.Stride * Pitch;

    private readonly nint RowStep => Channels * ChannelStep;

    /// <summary>Elements of a part's copy.</summary>
    public readonly nint Copied => Rows.Span(RowsPerPart) * RowStep;

    /// <summary>Fills <see cref="Places"/>.</summary>
    public readonly void WritePlaces()
    {
        int* to = Places;
        for (int a = 0; a < Rows.Taps; a++)
        {
            for (int b = 0; b < Columns.Taps; b++)
            {
                int at = b * Columns.Gap;
                for (int c = 0; c < Channels; c++)
                {
                    *to++ = checked((int)((a * Rows.Gap * RowStep) + (c * ChannelStep) + (at % Columns.Stride * Pitch) + (at / Columns.Stride)));
                }
            }
        }
    }

    public readonly void Run(int index)
    {
        int column = index % ColumnParts * ColumnsPerPart, row = index / ColumnParts % RowParts * RowsPerPart, image = index / ColumnParts / RowParts;
        int columns = Math.Min(ColumnsPerPart, Columns.Outputs - column), rows = Math.Min(RowsPerPart, Rows.Outputs - row);
        T* copy = (T*)Memory.Allocate((Copied + Vector512<T>.Count) * sizeof(T), out long bytes);
        Copy(image, (row * Rows.Stride) + Rows.First, Rows.Span(rows), (column * Columns.Stride) + Columns.First, copy);
        int w = Vector512<T>.Count;
        nint plane = (nint)Rows.Outputs * Columns.Outputs;
        var product = new PlaneProduct<T> { Places = Places, Steps = Steps, Plane = plane, End = End };
        for (int i = 0; i < rows; i++)
        {
            T* y = Y + (image * Filters * plane) + ((nint)(row + i) * Columns.Outputs) + column;
            product.Weights = Weights;
            for (int f = 0, together; f < Filters; f += together)
            {
                together = PlaneTile.Filters(Filters - f);
                product.Start = Start + f;
                for (int j = 0; j < columns;)
                {
                    product.X = copy + (i * Rows.Stride * RowStep) + j;
                    product.Y = y + (f * plane) + j;
                    product.Columns = columns - j;
                    j += w * PlaneTile.Run(product, together, (columns - j + w - 1) / w);
                }

                product.Weights += (nint)Steps * together;
            }
        }

        Memory.Return(copy, bytes);
    }

    // Rows from the given one on, columns from the given one on.
    private readonly void Copy(int image, int row, int rows, int column, T* to)
    {
        int pitch = Pitch, stride = Columns.Stride;
        T* source = X.Data + (image * X.Image);
        for (int i = 0; i < rows; i++, to += RowStep)
        {
            int h = row + i;
            if (h < 0 || h >= Height)
            {
                new Span<T>(to, checked((int)RowStep)).Clear();
                continue;
            }

            for (int phase = 0; phase < stride; phase++)
            {
                // Columns first + k stride for k below the pitch; those in [from, end) are there.
                int first = column + phase;
                int from = Math.Clamp(first >= 0 ? 0 : (-first + stride - 1) / stride, 0, pitch);
                int end = Math.Clamp((Width - first + stride - 1) / stride, from, pitch);
                T* line = to + ((nint)phase * pitch);
                for (int c = 0; c < Channels && (from > 0 || end < pitch); c++)
                {
                    new Span<T>(line + (c * ChannelStep), from).Clear();
                    new Span<T>(line + (c * ChannelStep) + end, pitch - end).Clear();
                }

                Line(source + (h * X.Row) + ((first + ((nint)from * stride)) * X.Column), end - from, line + from);
            }
        }
    }

    private readonly void Line(T* source, int count, T* to)
    {
        nint step = Columns.Stride * X.Column;
        if (X.Channel == 1 && Channels > 1 && sizeof(T) == sizeof(uint))
        {
            TileTranspose.Run((uint*)source, step, (uint*)to, ChannelStep, Channels, count);
            return;
        }

        for (int c = 0; c < Channels; c++, source += X.Channel, to += ChannelStep)
        {
            if (step == 1)
            {
                new ReadOnlySpan<T>(source, count).CopyTo(new Span<T>(to, count));
            }
            else
            {
                Strided(source, step, count, to);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strided(T* source, nint step, int count, T* to)
    {
        int k = 0;
        if (step == 2 && sizeof(T) == sizeof(float) && Avx512F.IsSupported)
        {
            var even = Vector512<int>.Indices * 2;
            for (; k < count - 16; k += 16)
            {
                Avx512F.PermuteVar16x32x2(Vector512.Load((float*)(source + (2 * k))), even, Vector512.Load((float*)(source + (2 * k) + 16))).Store((float*)(to + k));
            }
        }

        for (; k < count; k++)
        {
            to[k] = source[k * step];
        }
    }
}
