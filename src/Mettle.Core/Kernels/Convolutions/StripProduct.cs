using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// C = Init + A B, where k walks strips: within one, A and B advance by even steps. Row i of A begins at
/// A + (i / 3) ATriple + (i mod 3) ARow. Each element of C is one chain of fused multiply-adds in the order of the strips.
/// </summary>
internal unsafe struct StripProduct<T>
    where T : unmanaged
{
    public T* A;
    public nint ARow;

    /// <summary>From one three of rows to the next; 3 ARow where rows are even.</summary>
    public nint ATriple;
    public nint AStep;
    public T* B;
    public nint BStep;
    public Strip* Strips;

    /// <summary>Number of strips.</summary>
    public int Count;
    public T* C;
    public nint CRow;

    /// <summary>Where the chains start: C itself to add to it, or one row with a row step of 0.</summary>
    public T* Init;
    public nint InitRow;

    /// <summary>What follows the sums.</summary>
    public ConvEnd<T> End;

    /// <summary>Memory that will be read soon, which wide tiles fetch into the second-level cache meanwhile.</summary>
    public byte* Ahead;
    public nint AheadBytes;

    /// <summary>What a step of a wide tile fetches of it.</summary>
    public nint AheadStep;

    /// <summary>Columns of a panel of B: two vectors.</summary>
    public static int PanelColumns => 2 * Vector512<T>.Count;

    /// <summary>
    /// Computes <paramref name="rows"/> rows and <paramref name="columns"/> columns, at most <see cref="PanelColumns"/>. B's rows
    /// (and Init's, where it is not C) can be read up to the next whole vector.
    /// </summary>
    public void Run(int rows, int columns)
    {
        int lanes = Vector512<T>.Count;
        if (rows <= 0 || columns <= 0)
        {
            return;
        }

        if (columns == 2 * lanes && Vector512.IsHardwareAccelerated)
        {
            Tiles(rows, StripTile.WideRows, wide: true);
        }
        else if (columns % lanes == 0)
        {
            for (int j = 0; j < columns; j += lanes)
            {
                Tiles(rows, SlimRows, wide: false);
                B += lanes;
                C += lanes;
                Init += lanes;
            }

            B -= columns;
            C -= columns;
            Init -= columns;
        }
        else
        {
            Edge(rows, columns);
        }
    }

    // Narrower machines do a vector in two halves: twelve of their sixteen registers hold six rows.
    private static int SlimRows => Vector512.IsHardwareAccelerated ? StripTile.SlimRows : 6;

    // Rows some power of two apart fall on the same places of the first-level cache, which has eight for each or a few more.
    private static int Apart(nint row)
    {
        nint bytes = row * sizeof(T);
        return 8 * (int)(4096 / Math.Clamp(bytes & -bytes, 64, 4096));
    }

    // Bytes for each step of a tile.
    private readonly nint Spread(nint bytes)
    {
        nint steps = 0;
        for (int i = 0; i < Count && bytes > 0; i++)
        {
            steps += Strips[i].Length;
        }

        return steps == 0 ? 0 : (bytes + steps - 1) / steps;
    }

    // Moves itself from tile to tile: a copy would read whole vectors over fields just written, and wait until every earlier store is done.
    private void Tiles(int rows, int most, bool wide)
    {
        T* a = A, c = C, init = Init;
        byte* ahead = Ahead;
        int unit = ATriple == 3 * ARow ? 1 : 3;
        most = Math.Min(most, Apart(unit == 1 ? ARow : ATriple) * unit) / unit * unit;
        int tiles = (rows + most - 1) / most;
        nint share = AheadBytes / tiles;
        AheadStep = wide ? Spread(share) : 0;
        if (AheadStep == 0)
        {
            Ahead = (byte*)A;
        }

        for (int left = rows; tiles > 0; tiles--)
        {
            int m = Math.Min(left, ((left + (tiles * unit) - 1) / (tiles * unit)) * unit);
            if (wide)
            {
                StripTile.Wide(this, m);
                Ahead += share;
            }
            else
            {
                StripTile.Slim(this, m);
            }

            A += unit == 1 ? m * ARow : m / 3 * ATriple;
            C += m * CRow;
            Init += m * InitRow;
            left -= m;
        }

        A = a;
        C = c;
        Init = init;
        Ahead = ahead;
    }

    // Columns that end within a vector: computed beside C, then copied.
    [SkipLocalsInit]
    private readonly void Edge(int rows, int columns)
    {
        const int Most = 15;
        int lanes = Vector512<T>.Count;
        int whole = (columns + lanes - 1) / lanes * lanes;
        T* block = stackalloc T[Most * 2 * 64 / sizeof(T)];
        var tile = this;
        bool adds = Init == C;
        tile.End = default;
        for (int i = 0; i < rows; i += Most)
        {
            int m = Math.Min(Most, rows - i);
            tile.C = block;
            tile.CRow = whole;
            if (adds)
            {
                Copy(C + (i * CRow), CRow, block, whole, m, columns);
                tile.Init = block;
                tile.InitRow = whole;
            }

            tile.Run(m, whole);
            End.Copy(block, whole, C + (i * CRow), CRow, m, columns);
            tile.A += m / 3 * ATriple;
        }
    }

    private static void Copy(T* from, nint fromRow, T* to, nint toRow, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                to[j] = from[j];
            }

            from += fromRow;
            to += toRow;
        }
    }
}
