using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>Copies between strided and plain memory, by element size.</summary>
internal static unsafe class StridedCopy
{
    /// <summary>Writes the elements of <paramref name="source"/> in row-major order to <paramref name="target"/>.</summary>
    public static void ToRowMajor(Tensor source, byte* target)
    {
        int size = source.DType.Size();
        if (source.IsContiguous)
        {
            Buffer.MemoryCopy(source.Pointer, target, source.Count * size, source.Count * size);
        }
        else if (source.Count > 0)
        {
            ToRowMajor(source.Pointer, source.Shape.Dims, source.Strides, size, target);
        }
    }

    /// <summary>The same for elements of <paramref name="size"/> bytes, at least one, that lie as <paramref name="strides"/> say.</summary>
    public static void ToRowMajor(byte* source, ReadOnlySpan<int> dims, ReadOnlySpan<int> strides, int size, byte* target)
    {
        var loop = Loop.InOrder(dims, strides);
        if (TransposedCopy.Fits(loop, size))
        {
            TransposedCopy.Run(loop, (uint*)source, (uint*)target);
            return;
        }

        var job = new CopyJob { Loop = loop, Source = source, Target = target, Size = size, RowsPerPart = Math.Max(1, 16384 / loop.Inner) };
        Scheduler.For(checked((int)((loop.Outer + job.RowsPerPart - 1) / job.RowsPerPart)), job);
    }

    /// <summary>Reads every <paramref name="stride"/>-th element.</summary>
    public static void Gather(byte* source, nint stride, byte* target, int size, int n)
    {
        switch (size)
        {
            case 4:
                Strided((uint*)source, stride, (uint*)target, 1, n);
                break;
            case 8:
                Strided((ulong*)source, stride, (ulong*)target, 1, n);
                break;
            case 2:
                Strided((ushort*)source, stride, (ushort*)target, 1, n);
                break;
            default:
                Strided(source, stride, target, 1, n);
                break;
        }
    }

    /// <summary>Writes every <paramref name="stride"/>-th element.</summary>
    public static void Scatter(byte* source, byte* target, nint stride, int size, int n)
    {
        switch (size)
        {
            case 4:
                Strided((uint*)source, 1, (uint*)target, stride, n);
                break;
            case 8:
                Strided((ulong*)source, 1, (ulong*)target, stride, n);
                break;
            case 2:
                Strided((ushort*)source, 1, (ushort*)target, stride, n);
                break;
            default:
                Strided(source, 1, target, stride, n);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strided<T>(T* source, nint from, T* target, nint to, int n)
        where T : unmanaged
    {
        for (int i = 0; i < n; i++)
        {
            *target = *source;
            source += from;
            target += to;
        }
    }

    private struct CopyJob : IJob
    {
        // A run below this many elements takes less time than to find where it lies.
        private const int Short = 16;

        public Loop Loop;
        public byte* Source;
        public byte* Target;
        public int Size;
        public int RowsPerPart;

        public readonly void Run(int index)
        {
            long end = Math.Min(Loop.Outer, ((long)index + 1) * RowsPerPart);
            int inner = Loop.Inner;
            if (inner < Short)
            {
                ShortRows(index, end);
                return;
            }

            nint stride = Loop.InnerStride(1);
            for (long row = (long)index * RowsPerPart; row < end; row++)
            {
                byte* s = Source + (Loop.RowOffset(row, 1) * Size);
                byte* t = Target + (Loop.RowOffset(row, 0) * Size);
                if (stride == 1)
                {
                    Buffer.MemoryCopy(s, t, (long)inner * Size, (long)inner * Size);
                }
                else
                {
                    Gather(s, stride, t, Size, inner);
                }
            }
        }

        private readonly void ShortRows(int index, long end)
        {
            long row = (long)index * RowsPerPart;
            switch (Size)
            {
                case 4:
                    ShortRows<uint>(row, end);
                    break;
                case 8:
                    ShortRows<ulong>(row, end);
                    break;
                case 2:
                    ShortRows<ushort>(row, end);
                    break;
                default:
                    ShortRows<byte>(row, end);
                    break;
            }
        }

        // The runs along the axis around the innermost lie at equal distances.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void ShortRows<T>(long row, long end)
            where T : unmanaged
        {
            int inner = Loop.Inner, middle = Loop.Middle;
            nint step = Loop.InnerStride(1), from = Loop.MiddleStride(1), to = Loop.MiddleStride(0);
            while (row < end)
            {
                T* s = (T*)Source + Loop.RowOffset(row, 1);
                T* t = (T*)Target + Loop.RowOffset(row, 0);
                for (long stop = Math.Min(end, row + middle - (row % middle)); row < stop; row++, s += from, t += to)
                {
                    for (int i = 0; i < inner; i++)
                    {
                        t[i] = s[i * step];
                    }
                }
            }
        }
    }
}
