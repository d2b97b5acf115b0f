using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>
/// Filters in the order in which tiles read them: [kernel row, kernel column, channel][panel columns] for the taps of a pass,
/// columns that are not there as zeros.
/// </summary>
internal static unsafe class FilterPanel
{
    private const int MostTaps = 64;

    /// <summary>Packs <paramref name="columns"/> filters of <paramref name="inputs"/> channels each, the first of which lies at <paramref name="w"/>.</summary>
    public static void Pack<T>(T* w, nint kernelRow, nint kernelColumn, nint inStep, nint outStep, int inputs, int columns, TapAxis rows, TapAxis columnTaps, T* panel)
        where T : unmanaged
    {
        int kernel = (int)kernelRow * Reach(rows);
        if (typeof(T) == typeof(float) && Avx.IsSupported && kernelColumn == 1 && kernelRow == Reach(columnTaps) && kernel is >= 8 and <= MostTaps
            && inStep >= kernel && outStep >= kernel)
        {
            Planes((float*)w, kernel, inStep, outStep, inputs, columns, rows, columnTaps, (float*)panel);
            return;
        }

        int nr = StripProduct<T>.PanelColumns;
        for (int a = 0; a < rows.Taps; a++)
        {
            for (int b = 0; b < columnTaps.Taps; b++)
            {
                Gemm.Pack(w + (rows.KernelOf(a) * kernelRow) + (columnTaps.KernelOf(b) * kernelColumn), inStep, outStep, inputs, columns, panel);
                panel += (nint)inputs * nr;
            }
        }
    }

    // Kernel elements from the first to the last that a pass sees, counted from element 0.
    private static int Reach(TapAxis axis) => axis.Taps == 0 ? 0 : Math.Max(axis.KernelOf(0), axis.KernelOf(axis.Taps - 1)) + 1;

    // The taps of a filter's channel lie side by side: they and eight filters change places.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Planes(float* w, int kernel, nint inStep, nint outStep, int inputs, int columns, TapAxis rows, TapAxis columnTaps, float* panel)
    {
        const int Nr = 32;
        nint* target = stackalloc nint[MostTaps];
        float* block = stackalloc float[64];
        new Span<nint>(target, kernel).Fill(-1);
        int width = Reach(columnTaps);
        for (int a = 0; a < rows.Taps; a++)
        {
            for (int b = 0; b < columnTaps.Taps; b++)
            {
                target[(rows.KernelOf(a) * width) + columnTaps.KernelOf(b)] = ((nint)(a * columnTaps.Taps) + b) * inputs * Nr;
            }
        }

        if (columns < Nr)
        {
            new Span<float>(panel, checked(rows.Taps * columnTaps.Taps * inputs * Nr)).Clear();
        }

        for (int j = 0; j < columns; j += 8)
        {
            int filters = Math.Min(8, columns - j);
            for (int c = 0; c < inputs; c++)
            {
                float* s = w + (j * outStep) + (c * inStep);
                float* to = panel + ((nint)c * Nr) + j;
                int t = 0;
                for (; filters == 8 && t <= kernel - 8; t += 8)
                {
                    GemmPack.Transpose8(s + t, outStep, block, 8);
                    for (int i = 0; i < 8; i++)
                    {
                        if (target[t + i] >= 0)
                        {
                            Vector256.Load(block + (8 * i)).Store(to + target[t + i]);
                        }
                    }
                }

                for (; t < kernel; t++)
                {
                    for (int i = 0; i < filters && target[t] >= 0; i++)
                    {
                        to[target[t] + i] = s[t + (i * outStep)];
                    }
                }
            }
        }
    }
}
