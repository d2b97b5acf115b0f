namespace Mettle;

/// <summary>Rows of activations times a stretch of panels, through a block of i32 sums that stays in cache.</summary>
internal static unsafe class Int8Block
{
    /// <summary>Rows of a block: a multiple of every tile's rows.</summary>
    public const int Rows = 48;

    /// <summary>Panels of a block.</summary>
    public const int Panels = 16;

    /// <summary>i32 of the scratch that <see cref="Run"/> needs.</summary>
    public const int Sums = Rows * (Panels + 1) * Int8Panels.Width;

    /// <summary>
    /// <paramref name="m"/> rows that begin at <paramref name="rows"/> (offsets in bytes, like <paramref name="runs"/>),
    /// columns of panels [first, first + count), result rows at <paramref name="targets"/> bytes from <paramref name="y"/>.
    /// </summary>
    public static void Run<TTile>(
        byte* a, nint* rows, int m, nint* runs, in Int8Panels panels, int first, int count, in Int8Zero zero, in Int8Result result, byte* y, nint* targets, int* sums)
        where TTile : struct, IInt8Tile
    {
        int width = Int8Panels.Width;
        int pitch = (count + (panels.Shifted ? 1 : 0)) * width;
        int tiles = (m + TTile.Rows - 1) / TTile.Rows;
        for (int j = 0; j < count; j += TTile.Panels)
        {
            Tiles<TTile>(a, rows, m, tiles, runs, panels, panels.Panel(first + j), Math.Min(TTile.Panels, count - j), sums + (j * width), pitch);
        }

        if (panels.Shifted)
        {
            Tiles<TTile>(a, rows, m, tiles, runs, panels, panels.Panel(panels.Count), 1, sums + (count * width), pitch);
        }

        int from = first * width;
        var block = new Int8Sums
        {
            Data = sums,
            Pitch = pitch,
            Tables = panels.Sums,
            Zeros = panels.Shifted ? panels.Zeros : null,
            Total = count * width,
            Zero = zero,
        };
        result.Store(block, m, from, Math.Min(count * width, panels.Columns - from), y, targets);
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
