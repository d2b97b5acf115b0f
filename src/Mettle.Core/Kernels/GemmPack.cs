using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>Copies of operands in the order in which register tiles read them.</summary>
internal static unsafe class GemmPack
{
    /// <summary>
    /// k rows of any number of columns of a matrix with any strides as panels, one after another, each [k][panel width];
    /// columns that are not there as zeros.
    /// </summary>
    public static void Panels<T>(T* b, nint rowStride, nint columnStride, nint k, int columns, T* panels)
        where T : unmanaged
    {
        int nr = GemmTile.Columns<T>();
        int whole = columns / nr * nr;
        if (columnStride == 1)
        {
            RowByRow((byte*)b, rowStride * sizeof(T), k, whole / nr, (byte*)panels);
        }

        for (int j = columnStride == 1 ? whole : 0; j < columns; j += nr)
        {
            Panel(b + (j * columnStride), rowStride, columnStride, k, Math.Min(nr, columns - j), panels + (j * k));
        }
    }

    /// <summary>At most a panel's width of columns as [k][panel width], columns that are not there as zeros.</summary>
    public static void Panel<T>(T* b, nint rowStride, nint columnStride, nint k, int columns, T* panel)
        where T : unmanaged
    {
        int nr = GemmTile.Columns<T>();
        if (columns < nr)
        {
            new Span<T>(panel, checked((int)(k * nr))).Clear();
        }

        if (columnStride == 1)
        {
            for (nint p = 0; p < k; p++)
            {
                new ReadOnlySpan<T>(b + (p * rowStride), columns).CopyTo(new Span<T>(panel + (p * nr), nr));
            }
        }
        else if (rowStride == 1)
        {
            Transpose(b, columnStride, columns, k, panel, nr);
        }
        else
        {
            for (int j = 0; j < columns; j++)
            {
                Column(b + (j * columnStride), rowStride, k, panel + j, nr);
            }
        }
    }

    /// <summary>Rows of [rows, k] into rows a tile reads one after another without falling on the same cache lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows<T>(T* a, nint aRow, int rows, nint k, T* to, nint toRow)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        for (int i = 0; i < rows; i++)
        {
            T* s = a + (i * aRow);
            T* t = to + (i * toRow);
            nint p = 0;
            for (; p <= k - w; p += w)
            {
                Vector512.Load(s + p).Store(t + p);
            }

            for (; p < k; p++)
            {
                t[p] = s[p];
            }
        }
    }

    // Whole panels of a row-major matrix: each row is read along its length, as memory is quickest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowByRow(byte* b, nint rowBytes, nint k, int panels, byte* to)
    {
        nint next = 128 * k;
        for (nint p = 0; p < k; p++)
        {
            byte* s = b;
            byte* t = to;
            for (int q = 0; q < panels; q++)
            {
                var x = Vector512.Load(s);
                var y = Vector512.Load(s + 64);
                x.Store(t);
                y.Store(t + 64);
                s += 128;
                t += next;
            }

            b += rowBytes;
            to += 128;
        }
    }

    // t[p * tRow + j] = s[j * sRow + p]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose<T>(T* s, nint sRow, int rows, nint k, T* t, nint tRow)
        where T : unmanaged
    {
        int j = 0;
        if (typeof(T) == typeof(float) && Avx.IsSupported)
        {
            for (; j <= rows - 8; j += 8)
            {
                float* from = (float*)(s + (j * sRow));
                float* to = (float*)(t + j);
                nint p = 0;
                for (; p <= k - 8; p += 8)
                {
                    Transpose8(from + p, sRow, to + (p * tRow), tRow);
                }

                for (int i = 0; i < 8; i++)
                {
                    Column(from + (i * sRow) + p, 1, k - p, to + (p * tRow) + i, tRow);
                }
            }
        }

        for (; j < rows; j++)
        {
            Column(s + (j * sRow), 1, k, t + j, tRow);
        }
    }

    /// <summary>Eight rows of eight become eight columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose8(float* s, nint sRow, float* t, nint tRow)
    {
        float* s4 = s + (4 * sRow);
        var r0 = Halves(s, s4);
        var r1 = Halves(s + sRow, s4 + sRow);
        var r2 = Halves(s + (2 * sRow), s4 + (2 * sRow));
        var r3 = Halves(s + (3 * sRow), s4 + (3 * sRow));
        FourColumns(r0, r1, r2, r3, t, tRow);
        r0 = Halves(s + 4, s4 + 4);
        r1 = Halves(s + sRow + 4, s4 + sRow + 4);
        r2 = Halves(s + (2 * sRow) + 4, s4 + (2 * sRow) + 4);
        r3 = Halves(s + (3 * sRow) + 4, s4 + (3 * sRow) + 4);
        FourColumns(r0, r1, r2, r3, t + (4 * tRow), tRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Halves(float* lower, float* upper)
        => Avx.InsertVector128(Vector128.Load(lower).ToVector256Unsafe(), Vector128.Load(upper), 1);

    // Rows 0 to 3 in the lower halves, 4 to 7 in the upper ones.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourColumns(Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3, float* t, nint tRow)
    {
        var low01 = Avx.UnpackLow(r0, r1);
        var high01 = Avx.UnpackHigh(r0, r1);
        var low23 = Avx.UnpackLow(r2, r3);
        var high23 = Avx.UnpackHigh(r2, r3);
        Avx.UnpackLow(low01.AsDouble(), low23.AsDouble()).AsSingle().Store(t);
        Avx.UnpackHigh(low01.AsDouble(), low23.AsDouble()).AsSingle().Store(t + tRow);
        Avx.UnpackLow(high01.AsDouble(), high23.AsDouble()).AsSingle().Store(t + (2 * tRow));
        Avx.UnpackHigh(high01.AsDouble(), high23.AsDouble()).AsSingle().Store(t + (3 * tRow));
    }

    private static void Column<T>(T* s, nint step, nint k, T* t, nint tStep)
        where T : unmanaged
    {
        for (nint p = 0; p < k; p++)
        {
            *t = *s;
            s += step;
            t += tStep;
        }
    }
}
