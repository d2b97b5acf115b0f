// Written by eng/int8-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>AVX-512BW: operands as 16 bits, two products added to each i32 at a time.</summary>
internal unsafe struct Int8TileAvx512 : IInt8Tile
{
    public static bool IsSupported => Avx512BW.IsSupported;

    public static bool Wide => true;

    public static int Rows => 8;

    public static int Panels => 1;

    public static void Multiply(byte* a, nint* rows, int m, nint* runs, int count, nint quads, sbyte* b, nint next, int panels, int* c, nint pitch)
    {
        switch (m)
        {
            case 8:
                Tile8(a, rows, runs, count, quads, b, c, pitch);
                break;
            case 7:
                Tile7(a, rows, runs, count, quads, b, c, pitch);
                break;
            case 6:
                Tile6(a, rows, runs, count, quads, b, c, pitch);
                break;
            case 5:
                Tile5(a, rows, runs, count, quads, b, c, pitch);
                break;
            case 4:
                Tile4(a, rows, runs, count, quads, b, c, pitch);
                break;
            case 3:
                Tile3(a, rows, runs, count, quads, b, c, pitch);
                break;
            case 2:
                Tile2(a, rows, runs, count, quads, b, c, pitch);
                break;
            default:
                Tile1(a, rows, runs, count, quads, b, c, pitch);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector512<int>.Zero;
        var c1_0 = Vector512<int>.Zero;
        var c2_0 = Vector512<int>.Zero;
        var c3_0 = Vector512<int>.Zero;
        var c4_0 = Vector512<int>.Zero;
        var c5_0 = Vector512<int>.Zero;
        var c6_0 = Vector512<int>.Zero;
        var c7_0 = Vector512<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            byte* r1 = start + rows[1];
            byte* r2 = start + rows[2];
            byte* r3 = start + rows[3];
            byte* r4 = start + rows[4];
            byte* r5 = start + rows[5];
            byte* r6 = start + rows[6];
            byte* r7 = start + rows[7];
            nint k = 0;
            for (; k < quads; k++)
            {
                var q0 = Vector512.Load(b).AsInt16();
                var e0 = Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(q0, 8), 8);
                var o0 = Vector512.ShiftRightArithmetic(q0, 8);
                var x0 = Vector512.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(x0, e0);
                var z0 = Vector512.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(z0, o0);
                var x1 = Vector512.Create(*((int*)r1 + (2 * k))).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(x1, e0);
                var z1 = Vector512.Create(*((int*)r1 + (2 * k) + 1)).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(z1, o0);
                var x2 = Vector512.Create(*((int*)r2 + (2 * k))).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(x2, e0);
                var z2 = Vector512.Create(*((int*)r2 + (2 * k) + 1)).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(z2, o0);
                var x3 = Vector512.Create(*((int*)r3 + (2 * k))).AsInt16();
                c3_0 += Avx512BW.MultiplyAddAdjacent(x3, e0);
                var z3 = Vector512.Create(*((int*)r3 + (2 * k) + 1)).AsInt16();
                c3_0 += Avx512BW.MultiplyAddAdjacent(z3, o0);
                var x4 = Vector512.Create(*((int*)r4 + (2 * k))).AsInt16();
                c4_0 += Avx512BW.MultiplyAddAdjacent(x4, e0);
                var z4 = Vector512.Create(*((int*)r4 + (2 * k) + 1)).AsInt16();
                c4_0 += Avx512BW.MultiplyAddAdjacent(z4, o0);
                var x5 = Vector512.Create(*((int*)r5 + (2 * k))).AsInt16();
                c5_0 += Avx512BW.MultiplyAddAdjacent(x5, e0);
                var z5 = Vector512.Create(*((int*)r5 + (2 * k) + 1)).AsInt16();
                c5_0 += Avx512BW.MultiplyAddAdjacent(z5, o0);
                var x6 = Vector512.Create(*((int*)r6 + (2 * k))).AsInt16();
                c6_0 += Avx512BW.MultiplyAddAdjacent(x6, e0);
                var z6 = Vector512.Create(*((int*)r6 + (2 * k) + 1)).AsInt16();
                c6_0 += Avx512BW.MultiplyAddAdjacent(z6, o0);
                var x7 = Vector512.Create(*((int*)r7 + (2 * k))).AsInt16();
                c7_0 += Avx512BW.MultiplyAddAdjacent(x7, e0);
                var z7 = Vector512.Create(*((int*)r7 + (2 * k) + 1)).AsInt16();
                c7_0 += Avx512BW.MultiplyAddAdjacent(z7, o0);
                b += 64;
            }
        }

        c0_0.Store(c);
        c1_0.Store(c + pitch);
        c2_0.Store(c + (2 * pitch));
        c3_0.Store(c + (3 * pitch));
        c4_0.Store(c + (4 * pitch));
        c5_0.Store(c + (5 * pitch));
        c6_0.Store(c + (6 * pitch));
        c7_0.Store(c + (7 * pitch));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile7(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector512<int>.Zero;
        var c1_0 = Vector512<int>.Zero;
        var c2_0 = Vector512<int>.Zero;
        var c3_0 = Vector512<int>.Zero;
        var c4_0 = Vector512<int>.Zero;
        var c5_0 = Vector512<int>.Zero;
        var c6_0 = Vector512<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            byte* r1 = start + rows[1];
            byte* r2 = start + rows[2];
            byte* r3 = start + rows[3];
            byte* r4 = start + rows[4];
            byte* r5 = start + rows[5];
            byte* r6 = start + rows[6];
            nint k = 0;
            for (; k < quads; k++)
            {
                var q0 = Vector512.Load(b).AsInt16();
                var e0 = Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(q0, 8), 8);
                var o0 = Vector512.ShiftRightArithmetic(q0, 8);
                var x0 = Vector512.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(x0, e0);
                var z0 = Vector512.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(z0, o0);
                var x1 = Vector512.Create(*((int*)r1 + (2 * k))).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(x1, e0);
                var z1 = Vector512.Create(*((int*)r1 + (2 * k) + 1)).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(z1, o0);
                var x2 = Vector512.Create(*((int*)r2 + (2 * k))).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(x2, e0);
                var z2 = Vector512.Create(*((int*)r2 + (2 * k) + 1)).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(z2, o0);
                var x3 = Vector512.Create(*((int*)r3 + (2 * k))).AsInt16();
                c3_0 += Avx512BW.MultiplyAddAdjacent(x3, e0);
                var z3 = Vector512.Create(*((int*)r3 + (2 * k) + 1)).AsInt16();
                c3_0 += Avx512BW.MultiplyAddAdjacent(z3, o0);
                var x4 = Vector512.Create(*((int*)r4 + (2 * k))).AsInt16();
                c4_0 += Avx512BW.MultiplyAddAdjacent(x4, e0);
                var z4 = Vector512.Create(*((int*)r4 + (2 * k) + 1)).AsInt16();
                c4_0 += Avx512BW.MultiplyAddAdjacent(z4, o0);
                var x5 = Vector512.Create(*((int*)r5 + (2 * k))).AsInt16();
                c5_0 += Avx512BW.MultiplyAddAdjacent(x5, e0);
                var z5 = Vector512.Create(*((int*)r5 + (2 * k) + 1)).AsInt16();
                c5_0 += Avx512BW.MultiplyAddAdjacent(z5, o0);
                var x6 = Vector512.Create(*((int*)r6 + (2 * k))).AsInt16();
                c6_0 += Avx512BW.MultiplyAddAdjacent(x6, e0);
                var z6 = Vector512.Create(*((int*)r6 + (2 * k) + 1)).AsInt16();
                c6_0 += Avx512BW.MultiplyAddAdjacent(z6, o0);
                b += 64;
            }
        }

        c0_0.Store(c);
        c1_0.Store(c + pitch);
        c2_0.Store(c + (2 * pitch));
        c3_0.Store(c + (3 * pitch));
        c4_0.Store(c + (4 * pitch));
        c5_0.Store(c + (5 * pitch));
        c6_0.Store(c + (6 * pitch));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector512<int>.Zero;
        var c1_0 = Vector512<int>.Zero;
        var c2_0 = Vector512<int>.Zero;
        var c3_0 = Vector512<int>.Zero;
        var c4_0 = Vector512<int>.Zero;
        var c5_0 = Vector512<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            byte* r1 = start + rows[1];
            byte* r2 = start + rows[2];
            byte* r3 = start + rows[3];
            byte* r4 = start + rows[4];
            byte* r5 = start + rows[5];
            nint k = 0;
            for (; k < quads; k++)
            {
                var q0 = Vector512.Load(b).AsInt16();
                var e0 = Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(q0, 8), 8);
                var o0 = Vector512.ShiftRightArithmetic(q0, 8);
                var x0 = Vector512.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(x0, e0);
                var z0 = Vector512.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(z0, o0);
                var x1 = Vector512.Create(*((int*)r1 + (2 * k))).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(x1, e0);
                var z1 = Vector512.Create(*((int*)r1 + (2 * k) + 1)).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(z1, o0);
                var x2 = Vector512.Create(*((int*)r2 + (2 * k))).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(x2, e0);
                var z2 = Vector512.Create(*((int*)r2 + (2 * k) + 1)).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(z2, o0);
                var x3 = Vector512.Create(*((int*)r3 + (2 * k))).AsInt16();
                c3_0 += Avx512BW.MultiplyAddAdjacent(x3, e0);
                var z3 = Vector512.Create(*((int*)r3 + (2 * k) + 1)).AsInt16();
                c3_0 += Avx512BW.MultiplyAddAdjacent(z3, o0);
                var x4 = Vector512.Create(*((int*)r4 + (2 * k))).AsInt16();
                c4_0 += Avx512BW.MultiplyAddAdjacent(x4, e0);
                var z4 = Vector512.Create(*((int*)r4 + (2 * k) + 1)).AsInt16();
                c4_0 += Avx512BW.MultiplyAddAdjacent(z4, o0);
                var x5 = Vector512.Create(*((int*)r5 + (2 * k))).AsInt16();
                c5_0 += Avx512BW.MultiplyAddAdjacent(x5, e0);
                var z5 = Vector512.Create(*((int*)r5 + (2 * k) + 1)).AsInt16();
                c5_0 += Avx512BW.MultiplyAddAdjacent(z5, o0);
                b += 64;
            }
        }

        c0_0.Store(c);
        c1_0.Store(c + pitch);
        c2_0.Store(c + (2 * pitch));
        c3_0.Store(c + (3 * pitch));
        c4_0.Store(c + (4 * pitch));
        c5_0.Store(c + (5 * pitch));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile5(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector512<int>.Zero;
        var c1_0 = Vector512<int>.Zero;
        var c2_0 = Vector512<int>.Zero;
        var c3_0 = Vector512<int>.Zero;
        var c4_0 = Vector512<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            byte* r1 = start + rows[1];
            byte* r2 = start + rows[2];
            byte* r3 = start + rows[3];
            byte* r4 = start + rows[4];
            nint k = 0;
            for (; k < quads; k++)
            {
                var q0 = Vector512.Load(b).AsInt16();
                var e0 = Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(q0, 8), 8);
                var o0 = Vector512.ShiftRightArithmetic(q0, 8);
                var x0 = Vector512.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(x0, e0);
                var z0 = Vector512.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(z0, o0);
                var x1 = Vector512.Create(*((int*)r1 + (2 * k))).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(x1, e0);
                var z1 = Vector512.Create(*((int*)r1 + (2 * k) + 1)).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(z1, o0);
                var x2 = Vector512.Create(*((int*)r2 + (2 * k))).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(x2, e0);
                var z2 = Vector512.Create(*((int*)r2 + (2 * k) + 1)).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(z2, o0);
                var x3 = Vector512.Create(*((int*)r3 + (2 * k))).AsInt16();
                c3_0 += Avx512BW.MultiplyAddAdjacent(x3, e0);
                var z3 = Vector512.Create(*((int*)r3 + (2 * k) + 1)).AsInt16();
                c3_0 += Avx512BW.MultiplyAddAdjacent(z3, o0);
                var x4 = Vector512.Create(*((int*)r4 + (2 * k))).AsInt16();
                c4_0 += Avx512BW.MultiplyAddAdjacent(x4, e0);
                var z4 = Vector512.Create(*((int*)r4 + (2 * k) + 1)).AsInt16();
                c4_0 += Avx512BW.MultiplyAddAdjacent(z4, o0);
                b += 64;
            }
        }

        c0_0.Store(c);
        c1_0.Store(c + pitch);
        c2_0.Store(c + (2 * pitch));
        c3_0.Store(c + (3 * pitch));
        c4_0.Store(c + (4 * pitch));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector512<int>.Zero;
        var c1_0 = Vector512<int>.Zero;
        var c2_0 = Vector512<int>.Zero;
        var c3_0 = Vector512<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            byte* r1 = start + rows[1];
            byte* r2 = start + rows[2];
            byte* r3 = start + rows[3];
            nint k = 0;
            for (; k < quads; k++)
            {
                var q0 = Vector512.Load(b).AsInt16();
                var e0 = Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(q0, 8), 8);
                var o0 = Vector512.ShiftRightArithmetic(q0, 8);
                var x0 = Vector512.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(x0, e0);
                var z0 = Vector512.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(z0, o0);
                var x1 = Vector512.Create(*((int*)r1 + (2 * k))).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(x1, e0);
                var z1 = Vector512.Create(*((int*)r1 + (2 * k) + 1)).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(z1, o0);
                var x2 = Vector512.Create(*((int*)r2 + (2 * k))).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(x2, e0);
                var z2 = Vector512.Create(*((int*)r2 + (2 * k) + 1)).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(z2, o0);
                var x3 = Vector512.Create(*((int*)r3 + (2 * k))).AsInt16();
                c3_0 += Avx512BW.MultiplyAddAdjacent(x3, e0);
                var z3 = Vector512.Create(*((int*)r3 + (2 * k) + 1)).AsInt16();
                c3_0 += Avx512BW.MultiplyAddAdjacent(z3, o0);
                b += 64;
            }
        }

        c0_0.Store(c);
        c1_0.Store(c + pitch);
        c2_0.Store(c + (2 * pitch));
        c3_0.Store(c + (3 * pitch));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile3(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector512<int>.Zero;
        var c1_0 = Vector512<int>.Zero;
        var c2_0 = Vector512<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            byte* r1 = start + rows[1];
            byte* r2 = start + rows[2];
            nint k = 0;
            for (; k < quads; k++)
            {
                var q0 = Vector512.Load(b).AsInt16();
                var e0 = Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(q0, 8), 8);
                var o0 = Vector512.ShiftRightArithmetic(q0, 8);
                var x0 = Vector512.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(x0, e0);
                var z0 = Vector512.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(z0, o0);
                var x1 = Vector512.Create(*((int*)r1 + (2 * k))).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(x1, e0);
                var z1 = Vector512.Create(*((int*)r1 + (2 * k) + 1)).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(z1, o0);
                var x2 = Vector512.Create(*((int*)r2 + (2 * k))).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(x2, e0);
                var z2 = Vector512.Create(*((int*)r2 + (2 * k) + 1)).AsInt16();
                c2_0 += Avx512BW.MultiplyAddAdjacent(z2, o0);
                b += 64;
            }
        }

        c0_0.Store(c);
        c1_0.Store(c + pitch);
        c2_0.Store(c + (2 * pitch));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector512<int>.Zero;
        var c1_0 = Vector512<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            byte* r1 = start + rows[1];
            nint k = 0;
            for (; k < quads; k++)
            {
                var q0 = Vector512.Load(b).AsInt16();
                var e0 = Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(q0, 8), 8);
                var o0 = Vector512.ShiftRightArithmetic(q0, 8);
                var x0 = Vector512.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(x0, e0);
                var z0 = Vector512.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(z0, o0);
                var x1 = Vector512.Create(*((int*)r1 + (2 * k))).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(x1, e0);
                var z1 = Vector512.Create(*((int*)r1 + (2 * k) + 1)).AsInt16();
                c1_0 += Avx512BW.MultiplyAddAdjacent(z1, o0);
                b += 64;
            }
        }

        c0_0.Store(c);
        c1_0.Store(c + pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector512<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            nint k = 0;
            for (; k < quads; k++)
            {
                var q0 = Vector512.Load(b).AsInt16();
                var e0 = Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(q0, 8), 8);
                var o0 = Vector512.ShiftRightArithmetic(q0, 8);
                var x0 = Vector512.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(x0, e0);
                var z0 = Vector512.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx512BW.MultiplyAddAdjacent(z0, o0);
                b += 64;
            }
        }

        c0_0.Store(c);
    }
}
