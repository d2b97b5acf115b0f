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

        Copy(b, rowStride, columnStride, k, columns, panel);
    }

    /// <summary>As <see cref="Panel"/>, but what stands in columns that are not there is undefined.</summary>
    public static void Copy<T>(T* b, nint rowStride, nint columnStride, nint k, int columns, T* panel)
        where T : unmanaged
    {
        int nr = GemmTile.Columns<T>();
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

    /// <summary>Four columns of eight rows, each column as a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FourColumns(
        float* s, nint row, out Vector256<float> c0, out Vector256<float> c1, out Vector256<float> c2, out Vector256<float> c3)
    {
        float* s4 = s + (4 * row);
        nint two = 2 * row, three = 3 * row;
        var r0 = Halves(s, s4);
        var r1 = Halves(s + row, s4 + row);
        var r2 = Halves(s + two, s4 + two);
        var r3 = Halves(s + three, s4 + three);
        var low01 = Avx.UnpackLow(r0, r1).AsDouble();
        var high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        var low23 = Avx.UnpackLow(r2, r3).AsDouble();
        var high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        c0 = Avx.UnpackLow(low01, low23).AsSingle();
        c1 = Avx.UnpackHigh(low01, low23).AsSingle();
        c2 = Avx.UnpackLow(high01, high23).AsSingle();
        c3 = Avx.UnpackHigh(high01, high23).AsSingle();
    }

    // Whole panels of a row-major matrix: each row is read along its length, as memory is quickest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowByRow(byte* b, nint rowBytes, nint k, int panels, byte* to)
    {
        nint next = 128 * k, ahead = 8 * rowBytes;
        for (nint p = 0; p < k; p++)
        {
            byte* s = b;
            byte* t = to;
            for (int q = 0; q < panels; q++)
            {
                GemmLanes.Fetch(s + ahead);
                GemmLanes.Fetch(s + ahead + 64);
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
        if (typeof(T) == typeof(float) && Avx.IsSupported && rows >= 8 && k >= 8)
        {
            // The last block of each direction overlaps the one before it.
            for (int j = 0; j < rows; j += 8)
            {
                int row = Math.Min(j, rows - 8);
                float* from = (float*)(s + (row * sRow));
                float* to = (float*)(t + row);
                nint p = 0;
                for (; p <= k - 16; p += 16)
                {
                    if (k >= 256)
                    {
                        FetchRows(from + (8 * sRow) + p, sRow);
                    }

                    Transpose8(from + p, sRow, to + (p * tRow), tRow);
                    Transpose8(from + p + 8, sRow, to + ((p + 8) * tRow), tRow);
                }

                for (; p <= k - 8; p += 8)
                {
                    Transpose8(from + p, sRow, to + (p * tRow), tRow);
                }

                if (p < k)
                {
                    Transpose8(from + k - 8, sRow, to + ((k - 8) * tRow), tRow);
                }
            }

            return;
        }

        for (int j = 0; j < rows; j++)
        {
            Column(s + (j * sRow), 1, k, t + j, tRow);
        }
    }

    // A line of each of the eight rows that come next: rows lie too far apart for the processor to guess them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchRows(float* s, nint row)
    {
        float* s4 = s + (4 * row);
        nint two = 2 * row, three = 3 * row;
        GemmLanes.Fetch(s);
        GemmLanes.Fetch(s + row);
        GemmLanes.Fetch(s + two);
        GemmLanes.Fetch(s + three);
        GemmLanes.Fetch(s4);
        GemmLanes.Fetch(s4 + row);
        GemmLanes.Fetch(s4 + two);
        GemmLanes.Fetch(s4 + three);
    }

    /// <summary>Eight rows of eight become eight columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose8(float* s, nint sRow, float* t, nint tRow)
    {
        for (int half = 0; half < 2; half++)
        {
            FourColumns(s, sRow, out var c0, out var c1, out var c2, out var c3);
            c0.Store(t);
            c1.Store(t + tRow);
            c2.Store(t + (2 * tRow));
            c3.Store(t + (3 * tRow));
            s += 4;
            t += 4 * tRow;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Halves(float* lower, float* upper)
        => Avx.InsertVector128(Vector128.Load(lower).ToVector256Unsafe(), Vector128.Load(upper), 1);

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
