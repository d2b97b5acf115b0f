using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Second operands of matrix products, cut into panels of a tile's columns: [panel][k][tile width].</summary>
internal static unsafe class Panels
{
    /// <summary>Elements of the panels of a k x columns matrix.</summary>
    public static long Length<T>(int k, int columns)
        where T : unmanaged
        => (long)k * RoundUp(columns, GemmTile.Columns<T>());

    /// <summary><paramref name="x"/> or the next multiple of <paramref name="to"/>.</summary>
    public static int RoundUp(int x, int to) => (x + to - 1) / to * to;

    /// <summary>Packs the transpose of a matrix of <paramref name="rows"/> rows, k adjacent elements each, times a factor.</summary>
    public static void PackTransposed<T>(T* b, nint row, int rows, int k, T factor, T* panels)
        where T : unmanaged, INumber<T>
    {
        GemmPack.Panels(b, 1, row, k, rows, panels);
        if (factor != T.One)
        {
            Multiply(panels, Vector512.Create(factor), checked((int)Length<T>(k, rows)));
        }
    }

    /// <summary>C[rows, columns] = or += A B with B in panels; C's columns beyond <paramref name="columns"/> stay as they are.</summary>
    public static void Times<T>(T* a, nint aRow, nint aStep, T* panels, T* c, nint cRow, int rows, int columns, int k, bool accumulate)
        where T : unmanaged
    {
        if (rows == 1 && PanelRow.Fits(columns))
        {
            PanelRow.Times(a, aStep, panels, c, columns, k, accumulate, null, false);
            return;
        }

        int nr = GemmTile.Columns<T>();
        for (int j = 0; j < columns; j += nr)
        {
            GemmTile.Rows(a, aRow, aStep, panels + ((nint)j * k), nr, c + j, cRow, rows, Math.Min(nr, columns - j), k, accumulate);
        }
    }

    /// <summary>C[rows, columns] = or += A B with rows of B where they lie, adjacent elements, <paramref name="bRow"/> apart.</summary>
    public static void TimesRows<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, int rows, int columns, int k, bool accumulate)
        where T : unmanaged
    {
        int nr = GemmTile.Columns<T>();
        for (int j = 0; j < columns; j += nr)
        {
            GemmTile.Rows(a, aRow, aStep, b + j, bRow, c + j, cRow, rows, Math.Min(nr, columns - j), k, accumulate);
        }
    }

    /// <summary>x *= f over n elements, n a multiple of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(T* x, Vector512<T> f, int n)
        where T : unmanaged
    {
        for (int i = 0; i < n; i += Vector512<T>.Count)
        {
            (Vector512.Load(x + i) * f).Store(x + i);
        }
    }
}
