using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Raw sums of a block of rows, with what takes the zero points out of them.</summary>
internal unsafe struct Int8Sums
{
    public int* Data;

    /// <summary>From a row to the next.</summary>
    public nint Pitch;

    /// <summary>Per column: sum of the weights minus depth times their zero point.</summary>
    public int* Tables;

    /// <summary>Per column: zero point of the weights; null where all are 0.</summary>
    public int* Zeros;

    /// <summary>Place in a row of the sum of its activations, where <see cref="Zeros"/> are given.</summary>
    public int Total;

    /// <summary>Zero points of the rows.</summary>
    public Int8Zero Zero;

    /// <summary>What row <paramref name="i"/> has too much.</summary>
    public readonly Vector512<int> Shift(int i, Vector512<int> table, Vector512<int> zeros)
        => (table * Zero.At(i)) + (zeros * (Zeros is null ? 0 : Data[(i * Pitch) + Total]));
}
