using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>
/// A channel of <see cref="WindowMax"/> over row-major planes: lanes are neighbouring columns. The maxima of a window's columns
/// are found first, then the largest of each window's.
/// </summary>
internal unsafe struct PlaneLargestJob<T> : IJob
    where T : unmanaged, INumber<T>
{
    private const int LineBytes = 16384;

    /// <summary>The widest window that fits.</summary>
    public const int MostReach = 1024;

    public PoolWindow Window;
    public T* X;
    public T* Y;

    [SkipLocalsInit]
    public readonly void Run(int index)
    {
        T* line = stackalloc T[LineBytes / sizeof(T)];
        T* x = X + ((nint)index * Window.Height * Window.Width);
        T* y = Y + ((nint)index * Window.OutHeight * Window.OutWidth);
        int reach = ((Window.Kernel.Width - 1) * Window.Dilation.Width) + 1;
        int room = (LineBytes / sizeof(T)) - (3 * Vector512<T>.Count);
        int most = Math.Max(1, ((room - reach) / Window.Stride.Width) + 1);
        for (int i = 0; i < Window.OutHeight; i++, y += Window.OutWidth)
        {
            var (top, bottom) = Window.Rows(i);
            for (int j = 0; j < Window.OutWidth; j += most)
            {
                int end = Math.Min(Window.OutWidth, j + most);
                int from = Window.Columns(j).From, to = Window.Columns(end - 1).To;
                Columns(x + from, top, bottom, to - from, line);
                Windows(line, from, j, end, y);
            }
        }
    }

    // Maxima of the window's rows, column by column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Columns(T* x, int top, int bottom, int count, T* line)
    {
        int w = Vector512<T>.Count;
        for (int c = 0; c < count; c += w)
        {
            var largest = Largest<T>.None();
            for (int p = top; p < bottom; p += Window.Dilation.Height)
            {
                largest.See(Tail.Load(x + ((nint)p * Window.Width) + c, count - c));
            }

            largest.Value().Store(line + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Windows(T* line, int start, int j, int end, T* y)
    {
        int kernel = Window.Kernel.Width, padding = Window.Padding.Width;
        bool pairs = Avx512F.IsSupported && typeof(T) == typeof(float) && Window.Stride.Width == 2 && Window.Dilation.Width == 1 && kernel is 2 or 3;
        int whole = pairs ? Math.Min(end, ((Window.Width + padding - kernel) / 2) + 1) : 0;
        while (j < end)
        {
            if (pairs && (2 * j) >= padding && j < whole)
            {
                T* p = line + (2 * j) - padding - start;
                Vector512<T> a = Vector512.Load(p), b = Vector512.Load(p + Vector512<T>.Count);
                var largest = Largest<T>.None();
                largest.See(EverySecond(a, b, 0));
                largest.See(EverySecond(a, b, 1));
                if (kernel == 3)
                {
                    largest.See(EverySecond(Vector512.Load(p + 2), Vector512.Load(p + 2 + Vector512<T>.Count), 0));
                }

                Tail.Store(largest.Value(), y + j, whole - j);
                j = Math.Min(whole, j + Vector512<T>.Count);
                continue;
            }

            var (from, to) = Window.Columns(j);
            T best = line[from - start];
            for (int q = from + Window.Dilation.Width; q < to; q += Window.Dilation.Width)
            {
                T v = line[q - start];
                best = v > best || (T.IsNaN(v) && !T.IsNaN(best)) ? v : best;
            }

            y[j++] = best;
        }
    }

    // Of 32 neighbours those at even places, or at odd ones.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> EverySecond(Vector512<T> a, Vector512<T> b, int first)
        => Avx512F.PermuteVar16x32x2(a.AsSingle(), (Vector512<int>.Indices * 2) + Vector512.Create(first), b.AsSingle()).As<float, T>();
}
