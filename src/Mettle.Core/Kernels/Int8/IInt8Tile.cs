namespace Mettle;

/// <summary>
/// A register tile of the int8 product: sums of u8 x i8 products in i32, exact modulo 2^32 whatever the path, so all paths
/// give the same bits.
/// </summary>
internal unsafe interface IInt8Tile
{
    /// <summary>Whether this machine has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Activations are read as 16 bits each, and weights lie in the order 0, 2, 1, 3 within their fours.</summary>
    static abstract bool Wide { get; }

    /// <summary>Rows of a full tile.</summary>
    static abstract int Rows { get; }

    /// <summary>Panels of a full tile.</summary>
    static abstract int Panels { get; }

    /// <summary>
    /// c[i, 0..16) = sum over runs r, quads q and their four elements of a[rows[i] + runs[r] + 4 q + e] b[r, q, column, e].
    /// Offsets are in bytes; <paramref name="m"/> is 1 to <see cref="Rows"/>; rows of c are <paramref name="pitch"/> apart.
    /// The next of <paramref name="panels"/> (1 to <see cref="Panels"/>) lies <paramref name="next"/> bytes behind b, and its results in the next sixteen columns.
    /// </summary>
    static abstract void Multiply(byte* a, nint* rows, int m, nint* runs, int count, nint quads, sbyte* b, nint next, int panels, int* c, nint pitch);
}
