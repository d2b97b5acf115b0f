namespace Mettle;

/// <summary>
/// Copies of 4-byte elements whose adjacent elements lie apart in the source, while another axis is adjacent there:
/// transposes of those two axes, in tiles.
/// </summary>
internal static unsafe class TransposedCopy
{
    private const int RowsPerPart = 64;

    /// <summary>Whether a copy from operand 1 to operand 0 of the loop is one.</summary>
    public static bool Fits(in Loop loop, int size)
        => size == 4 && loop.Rank >= 2 && loop.InnerStride(0) == 1 && loop.InnerStride(1) > 1 && Adjacent(loop) >= 0;

    /// <summary>Copies.</summary>
    public static void Run(in Loop loop, uint* source, uint* target)
    {
        int axis = Adjacent(loop);
        int others = 1;
        for (int i = 0; i < loop.Rank - 1; i++)
        {
            others = i == axis ? others : checked(others * loop.Size(i));
        }

        int parts = (loop.Size(axis) + RowsPerPart - 1) / RowsPerPart;
        Scheduler.For(checked(others * parts), new Job { Loop = loop, Axis = axis, Parts = parts, Source = source, Target = target });
    }

    // The axis whose elements are adjacent in the source; -1: none.
    private static int Adjacent(in Loop loop)
    {
        for (int i = loop.Rank - 2; i >= 0; i--)
        {
            if (loop.Stride(i, 1) == 1)
            {
                return i;
            }
        }

        return -1;
    }

    private struct Job : IJob
    {
        public Loop Loop;
        public int Axis;
        public int Parts;
        public uint* Source;
        public uint* Target;

        public readonly void Run(int index)
        {
            int first = index % Parts * RowsPerPart;
            int other = index / Parts;
            nint to = Loop.Stride(Axis, 0);
            uint* source = Source + first;
            uint* target = Target + (first * to);
            for (int i = Loop.Rank - 2; i >= 0; i--)
            {
                if (i != Axis)
                {
                    int q = other / Loop.Size(i);
                    nint at = other - (q * Loop.Size(i));
                    source += at * Loop.Stride(i, 1);
                    target += at * Loop.Stride(i, 0);
                    other = q;
                }
            }

            int rows = Math.Min(RowsPerPart, Loop.Size(Axis) - first);
            TileTranspose.Run(source, Loop.InnerStride(1), target, to, rows, Loop.Inner);
        }
    }
}
