// Written by eng/int8-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>AVX2: operands as 16 bits, two products added to each i32 at a time.</summary>
internal unsafe struct Int8TileAvx2 : IInt8Tile
{
    public static bool IsSupported => Avx2.IsSupported;

    public static bool Wide => true;

    public static int Rows => 4;

    public static int Panels => 1;

    public static void Multiply(byte* a, nint* rows, int m, nint* runs, int count, nint quads, sbyte* b, nint next, int panels, int* c, nint pitch)
    {
        switch (m)
        {
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
    private static void Tile4(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector256<int>.Zero;
        var c0_1 = Vector256<int>.Zero;
        var c1_0 = Vector256<int>.Zero;
        var c1_1 = Vector256<int>.Zero;
        var c2_0 = Vector256<int>.Zero;
        var c2_1 = Vector256<int>.Zero;
        var c3_0 = Vector256<int>.Zero;
        var c3_1 = Vector256<int>.Zero;
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
                var q0 = Vector256.Load(b).AsInt16();
                var e0 = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(q0, 8), 8);
                var o0 = Vector256.ShiftRightArithmetic(q0, 8);
                var q1 = Vector256.Load(b + 32).AsInt16();
                var e1 = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(q1, 8), 8);
                var o1 = Vector256.ShiftRightArithmetic(q1, 8);
                var x0 = Vector256.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx2.MultiplyAddAdjacent(x0, e0);
                c0_1 += Avx2.MultiplyAddAdjacent(x0, e1);
                var z0 = Vector256.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx2.MultiplyAddAdjacent(z0, o0);
                c0_1 += Avx2.MultiplyAddAdjacent(z0, o1);
                var x1 = Vector256.Create(*((int*)r1 + (2 * k))).AsInt16();
                c1_0 += Avx2.MultiplyAddAdjacent(x1, e0);
                c1_1 += Avx2.MultiplyAddAdjacent(x1, e1);
                var z1 = Vector256.Create(*((int*)r1 + (2 * k) + 1)).AsInt16();
                c1_0 += Avx2.MultiplyAddAdjacent(z1, o0);
                c1_1 += Avx2.MultiplyAddAdjacent(z1, o1);
                var x2 = Vector256.Create(*((int*)r2 + (2 * k))).AsInt16();
                c2_0 += Avx2.MultiplyAddAdjacent(x2, e0);
                c2_1 += Avx2.MultiplyAddAdjacent(x2, e1);
                var z2 = Vector256.Create(*((int*)r2 + (2 * k) + 1)).AsInt16();
                c2_0 += Avx2.MultiplyAddAdjacent(z2, o0);
                c2_1 += Avx2.MultiplyAddAdjacent(z2, o1);
                var x3 = Vector256.Create(*((int*)r3 + (2 * k))).AsInt16();
                c3_0 += Avx2.MultiplyAddAdjacent(x3, e0);
                c3_1 += Avx2.MultiplyAddAdjacent(x3, e1);
                var z3 = Vector256.Create(*((int*)r3 + (2 * k) + 1)).AsInt16();
                c3_0 += Avx2.MultiplyAddAdjacent(z3, o0);
                c3_1 += Avx2.MultiplyAddAdjacent(z3, o1);
                b += 64;
            }
        }

        c0_0.Store(c);
        c0_1.Store(c + 8);
        c1_0.Store(c + pitch);
        c1_1.Store(c + pitch + 8);
        c2_0.Store(c + (2 * pitch));
        c2_1.Store(c + (2 * pitch) + 8);
        c3_0.Store(c + (3 * pitch));
        c3_1.Store(c + (3 * pitch) + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile3(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector256<int>.Zero;
        var c0_1 = Vector256<int>.Zero;
        var c1_0 = Vector256<int>.Zero;
        var c1_1 = Vector256<int>.Zero;
        var c2_0 = Vector256<int>.Zero;
        var c2_1 = Vector256<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            byte* r1 = start + rows[1];
            byte* r2 = start + rows[2];
            nint k = 0;
            for (; k < quads; k++)
            {
                var q0 = Vector256.Load(b).AsInt16();
                var e0 = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(q0, 8), 8);
                var o0 = Vector256.ShiftRightArithmetic(q0, 8);
                var q1 = Vector256.Load(b + 32).AsInt16();
                var e1 = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(q1, 8), 8);
                var o1 = Vector256.ShiftRightArithmetic(q1, 8);
                var x0 = Vector256.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx2.MultiplyAddAdjacent(x0, e0);
                c0_1 += Avx2.MultiplyAddAdjacent(x0, e1);
                var z0 = Vector256.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx2.MultiplyAddAdjacent(z0, o0);
                c0_1 += Avx2.MultiplyAddAdjacent(z0, o1);
                var x1 = Vector256.Create(*((int*)r1 + (2 * k))).AsInt16();
                c1_0 += Avx2.MultiplyAddAdjacent(x1, e0);
                c1_1 += Avx2.MultiplyAddAdjacent(x1, e1);
                var z1 = Vector256.Create(*((int*)r1 + (2 * k) + 1)).AsInt16();
                c1_0 += Avx2.MultiplyAddAdjacent(z1, o0);
                c1_1 += Avx2.MultiplyAddAdjacent(z1, o1);
                var x2 = Vector256.Create(*((int*)r2 + (2 * k))).AsInt16();
                c2_0 += Avx2.MultiplyAddAdjacent(x2, e0);
                c2_1 += Avx2.MultiplyAddAdjacent(x2, e1);
                var z2 = Vector256.Create(*((int*)r2 + (2 * k) + 1)).AsInt16();
                c2_0 += Avx2.MultiplyAddAdjacent(z2, o0);
                c2_1 += Avx2.MultiplyAddAdjacent(z2, o1);
                b += 64;
            }
        }

        c0_0.Store(c);
        c0_1.Store(c + 8);
        c1_0.Store(c + pitch);
        c1_1.Store(c + pitch + 8);
        c2_0.Store(c + (2 * pitch));
        c2_1.Store(c + (2 * pitch) + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector256<int>.Zero;
        var c0_1 = Vector256<int>.Zero;
        var c1_0 = Vector256<int>.Zero;
        var c1_1 = Vector256<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            byte* r1 = start + rows[1];
            nint k = 0;
            for (; k < quads; k++)
            {
                var q0 = Vector256.Load(b).AsInt16();
                var e0 = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(q0, 8), 8);
                var o0 = Vector256.ShiftRightArithmetic(q0, 8);
                var q1 = Vector256.Load(b + 32).AsInt16();
                var e1 = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(q1, 8), 8);
                var o1 = Vector256.ShiftRightArithmetic(q1, 8);
                var x0 = Vector256.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx2.MultiplyAddAdjacent(x0, e0);
                c0_1 += Avx2.MultiplyAddAdjacent(x0, e1);
                var z0 = Vector256.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx2.MultiplyAddAdjacent(z0, o0);
                c0_1 += Avx2.MultiplyAddAdjacent(z0, o1);
                var x1 = Vector256.Create(*((int*)r1 + (2 * k))).AsInt16();
                c1_0 += Avx2.MultiplyAddAdjacent(x1, e0);
                c1_1 += Avx2.MultiplyAddAdjacent(x1, e1);
                var z1 = Vector256.Create(*((int*)r1 + (2 * k) + 1)).AsInt16();
                c1_0 += Avx2.MultiplyAddAdjacent(z1, o0);
                c1_1 += Avx2.MultiplyAddAdjacent(z1, o1);
                b += 64;
            }
        }

        c0_0.Store(c);
        c0_1.Store(c + 8);
        c1_0.Store(c + pitch);
        c1_1.Store(c + pitch + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector256<int>.Zero;
        var c0_1 = Vector256<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            nint k = 0;
            for (; k < quads; k++)
            {
                var q0 = Vector256.Load(b).AsInt16();
                var e0 = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(q0, 8), 8);
                var o0 = Vector256.ShiftRightArithmetic(q0, 8);
                var q1 = Vector256.Load(b + 32).AsInt16();
                var e1 = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(q1, 8), 8);
                var o1 = Vector256.ShiftRightArithmetic(q1, 8);
                var x0 = Vector256.Create(*((int*)r0 + (2 * k))).AsInt16();
                c0_0 += Avx2.MultiplyAddAdjacent(x0, e0);
                c0_1 += Avx2.MultiplyAddAdjacent(x0, e1);
                var z0 = Vector256.Create(*((int*)r0 + (2 * k) + 1)).AsInt16();
                c0_0 += Avx2.MultiplyAddAdjacent(z0, o0);
                c0_1 += Avx2.MultiplyAddAdjacent(z0, o1);
                b += 64;
            }
        }

        c0_0.Store(c);
        c0_1.Store(c + 8);
    }
}
