using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Any machine: sixteen columns as lanes of i32, one of their four elements after the other.</summary>
internal unsafe struct Int8TilePortable : IInt8Tile
{
    public static bool IsSupported => true;

    public static bool Wide => false;

    public static int Rows => 6;

    public static int Panels => 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(byte* a, nint* rows, int m, nint* runs, int count, nint quads, sbyte* b, nint next, int panels, int* c, nint pitch)
    {
        for (int i = 0; i < m; i++)
        {
            var sum = Vector512<int>.Zero;
            sbyte* four = b;
            for (int run = 0; run < count; run++)
            {
                byte* row = a + rows[i] + runs[run];
                for (nint q = 0; q < quads; q++, row += 4, four += 64)
                {
                    var w = Vector512.Load((int*)four);
                    sum += Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(w, 24), 24) * row[0];
                    sum += Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(w, 16), 24) * row[1];
                    sum += Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(w, 8), 24) * row[2];
                    sum += Vector512.ShiftRightArithmetic(w, 24) * row[3];
                }
            }

            sum.Store(c + (i * pitch));
        }
    }
}
