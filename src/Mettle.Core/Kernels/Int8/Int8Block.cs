using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>Rows of activations times a stretch of panels, through a block of i32 sums that stays in cache.</summary>
internal static unsafe class Int8Block
{
    /// <summary>Rows of a block: a multiple of every tile's rows.</summary>
    public const int Rows = 48;

    /// <summary>Panels of a block.</summary>
    public const int Panels = 16;

    /// <summary>i32 of the scratch that <see cref="Run"/> needs.</summary>
    public const int Sums = Rows * (MostSide + 1) * Int8Panels.Width;

    // Panels of the widest tile.
    private const int MostSide = 2;

    /// <summary>
    /// <paramref name="m"/> rows that begin at <paramref name="rows"/> (offsets in bytes, like <paramref name="runs"/>),
    /// columns of panels [first, first + count), result rows at <paramref name="targets"/> bytes from <paramref name="y"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TTile>(
        byte* a, nint* rows, int m, nint* runs, in Int8Panels panels, int first, int count, in Int8Zero zero, in Int8Result result, byte* y, nint* targets, int* sums)
        where TTile : struct, IInt8Tile
    {
        const int Width = Int8Panels.Width;
        int tiles = (m + TTile.Rows - 1) / TTile.Rows;
        var block = new Int8Sums { Data = sums, Pitch = TTile.Panels * Width, Tables = panels.Sums, Zero = zero };
        if (panels.Shifted)
        {
            block.Zeros = panels.Zeros;
            block.Totals = sums + (Rows * TTile.Panels * Width);
            block.TotalPitch = Width;
            Tiles<TTile>(a, rows, m, tiles, runs, panels, panels.Panel(panels.Count), 1, block.Totals, Width);
        }

        // What a tile leaves is in the nearest cache still when it is rounded.
        for (int j = first; j < first + count; j += TTile.Panels, y += TTile.Panels * Width * result.Type.Size())
        {
            int side = Math.Min(TTile.Panels, first + count - j);
            Tiles<TTile>(a, rows, m, tiles, runs, panels, panels.Panel(j), side, sums, (int)block.Pitch);
            result.Store(block, m, j * Width, Math.Min(side * Width, panels.Columns - (j * Width)), y, targets);
        }
    }

    // Rows are dealt out evenly: a last tile of one or two would take as long as a whole one.
    private static void Tiles<TTile>(byte* a, nint* rows, int m, int tiles, nint* runs, in Int8Panels panels, sbyte* b, int side, int* c, int pitch)
        where TTile : struct, IInt8Tile
    {
        for (int t = 0, i = 0; t < tiles; t++)
        {
            int n = (m - i + tiles - t - 1) / (tiles - t);
            TTile.Multiply(a, rows + i, n, runs, panels.Runs, panels.Quads, b, panels.PanelBytes, side, c + ((nint)i * pitch), pitch);
            i += n;
        }
    }
}
