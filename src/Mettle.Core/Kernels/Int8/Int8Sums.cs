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

    /// <summary>Per row: sum of its activations, where <see cref="Zeros"/> are given.</summary>
    public int* Totals;

    /// <summary>From a row's total to the next's.</summary>
    public nint TotalPitch;

    /// <summary>Zero points of the rows.</summary>
    public Int8Zero Zero;

    /// <summary>What row <paramref name="i"/> has too much.</summary>
    public readonly Vector512<int> Shift(int i, Vector512<int> table, Vector512<int> zeros)
        => (table * Zero.At(i)) + (zeros * (Zeros is null ? 0 : Totals[i * TotalPitch]));
}
