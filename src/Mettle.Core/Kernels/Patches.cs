using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// The taps of a pass over a channels-last window in memory: for each result pixel, runs of adjacent elements in the order
/// of (kernel row, kernel column, channel).
/// </summary>
internal readonly unsafe struct Patches<T>
    where T : unmanaged
{
    /// <summary>Elements that <see cref="Gather"/> may read and write beyond the end.</summary>
    public const int Slack = 16;

    private readonly int runsPerRow;
    private readonly nint rowGap;
    private readonly nint columnGap;

    public Patches(TapAxis rows, TapAxis columns, int channels, nint pitch)
    {
        bool adjacent = columns.Gap == 1 || columns.Taps == 1;
        runsPerRow = adjacent ? 1 : columns.Taps;
        Runs = columns.Taps == 0 ? 0 : rows.Taps * runsPerRow;
        Length = adjacent ? columns.Taps * channels : channels;
        rowGap = rows.Gap * pitch;
        columnGap = (nint)columns.Gap * channels;
        PixelStep = (nint)columns.Stride * channels;
        RowStep = rows.Stride * pitch;
    }

    /// <summary>Number of runs per pixel.</summary>
    public int Runs { get; }

    /// <summary>Elements of one run.</summary>
    public int Length { get; }

    /// <summary>Elements of all runs of a pixel.</summary>
    public int Depth => Runs * Length;

    /// <summary>From one pixel's patch to its right neighbour's.</summary>
    public nint PixelStep { get; }

    /// <summary>From one row of patches to the next.</summary>
    public nint RowStep { get; }

    /// <summary>Start of a run relative to its pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Offset(int run) => ((run / runsPerRow) * rowGap) + ((run % runsPerRow) * columnGap);

    /// <summary>Writes the patches of pixels [from, from + count), numbered row by row, to [count][Depth].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gather(T* window, int width, int from, int count, T* to)
    {
        int w = Vector512<T>.Count;
        int i = from / width, j = from % width;
        int runRows = Runs == 0 ? 0 : Runs / runsPerRow;
        T* row = window + (i * RowStep);
        for (int p = 0; p < count; p++)
        {
            T* runRow = row + (j * PixelStep);
            for (int a = 0; a < runRows; a++, runRow += rowGap)
            {
                T* source = runRow;
                for (int b = 0; b < runsPerRow; b++, source += columnGap)
                {
                    // Whole vectors: what is written too far is overwritten by the next run.
                    for (int e = 0; e < Length; e += w)
                    {
                        Vector512.Load(source + e).Store(to + e);
                    }

                    to += Length;
                }
            }

            if (++j == width)
            {
                j = 0;
                row += RowStep;
            }
        }
    }
}
