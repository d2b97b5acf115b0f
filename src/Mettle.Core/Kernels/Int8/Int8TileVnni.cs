// Written by eng/int8-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>AVX-VNNI: four products of u8 and i8 are added to each i32 by one instruction, without saturation.</summary>
internal unsafe struct Int8TileVnni : IInt8Tile
{
    public static bool IsSupported => AvxVnni.IsSupported;

    public static bool Wide => false;

    public static int Rows => 6;

    public static int Panels => 1;

    public static void Multiply(byte* a, nint* rows, int m, nint* runs, int count, nint quads, sbyte* b, nint next, int panels, int* c, nint pitch)
    {
        switch (m)
        {
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
    private static void Tile6(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector256<int>.Zero;
        var c0_1 = Vector256<int>.Zero;
        var c1_0 = Vector256<int>.Zero;
        var c1_1 = Vector256<int>.Zero;
        var c2_0 = Vector256<int>.Zero;
        var c2_1 = Vector256<int>.Zero;
        var c3_0 = Vector256<int>.Zero;
        var c3_1 = Vector256<int>.Zero;
        var c4_0 = Vector256<int>.Zero;
        var c4_1 = Vector256<int>.Zero;
        var c5_0 = Vector256<int>.Zero;
        var c5_1 = Vector256<int>.Zero;
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
                var b0 = Vector256.Load(b);
                var b1 = Vector256.Load(b + 32);
                var a0 = Vector256.Create(*((int*)r0 + k)).AsByte();
                c0_0 = AvxVnni.MultiplyWideningAndAdd(c0_0, a0, b0);
                c0_1 = AvxVnni.MultiplyWideningAndAdd(c0_1, a0, b1);
                var a1 = Vector256.Create(*((int*)r1 + k)).AsByte();
                c1_0 = AvxVnni.MultiplyWideningAndAdd(c1_0, a1, b0);
                c1_1 = AvxVnni.MultiplyWideningAndAdd(c1_1, a1, b1);
                var a2 = Vector256.Create(*((int*)r2 + k)).AsByte();
                c2_0 = AvxVnni.MultiplyWideningAndAdd(c2_0, a2, b0);
                c2_1 = AvxVnni.MultiplyWideningAndAdd(c2_1, a2, b1);
                var a3 = Vector256.Create(*((int*)r3 + k)).AsByte();
                c3_0 = AvxVnni.MultiplyWideningAndAdd(c3_0, a3, b0);
                c3_1 = AvxVnni.MultiplyWideningAndAdd(c3_1, a3, b1);
                var a4 = Vector256.Create(*((int*)r4 + k)).AsByte();
                c4_0 = AvxVnni.MultiplyWideningAndAdd(c4_0, a4, b0);
                c4_1 = AvxVnni.MultiplyWideningAndAdd(c4_1, a4, b1);
                var a5 = Vector256.Create(*((int*)r5 + k)).AsByte();
                c5_0 = AvxVnni.MultiplyWideningAndAdd(c5_0, a5, b0);
                c5_1 = AvxVnni.MultiplyWideningAndAdd(c5_1, a5, b1);
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
        c4_0.Store(c + (4 * pitch));
        c4_1.Store(c + (4 * pitch) + 8);
        c5_0.Store(c + (5 * pitch));
        c5_1.Store(c + (5 * pitch) + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile5(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector256<int>.Zero;
        var c0_1 = Vector256<int>.Zero;
        var c1_0 = Vector256<int>.Zero;
        var c1_1 = Vector256<int>.Zero;
        var c2_0 = Vector256<int>.Zero;
        var c2_1 = Vector256<int>.Zero;
        var c3_0 = Vector256<int>.Zero;
        var c3_1 = Vector256<int>.Zero;
        var c4_0 = Vector256<int>.Zero;
        var c4_1 = Vector256<int>.Zero;
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
                var b0 = Vector256.Load(b);
                var b1 = Vector256.Load(b + 32);
                var a0 = Vector256.Create(*((int*)r0 + k)).AsByte();
                c0_0 = AvxVnni.MultiplyWideningAndAdd(c0_0, a0, b0);
                c0_1 = AvxVnni.MultiplyWideningAndAdd(c0_1, a0, b1);
                var a1 = Vector256.Create(*((int*)r1 + k)).AsByte();
                c1_0 = AvxVnni.MultiplyWideningAndAdd(c1_0, a1, b0);
                c1_1 = AvxVnni.MultiplyWideningAndAdd(c1_1, a1, b1);
                var a2 = Vector256.Create(*((int*)r2 + k)).AsByte();
                c2_0 = AvxVnni.MultiplyWideningAndAdd(c2_0, a2, b0);
                c2_1 = AvxVnni.MultiplyWideningAndAdd(c2_1, a2, b1);
                var a3 = Vector256.Create(*((int*)r3 + k)).AsByte();
                c3_0 = AvxVnni.MultiplyWideningAndAdd(c3_0, a3, b0);
                c3_1 = AvxVnni.MultiplyWideningAndAdd(c3_1, a3, b1);
                var a4 = Vector256.Create(*((int*)r4 + k)).AsByte();
                c4_0 = AvxVnni.MultiplyWideningAndAdd(c4_0, a4, b0);
                c4_1 = AvxVnni.MultiplyWideningAndAdd(c4_1, a4, b1);
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
        c4_0.Store(c + (4 * pitch));
        c4_1.Store(c + (4 * pitch) + 8);
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
                var b0 = Vector256.Load(b);
                var b1 = Vector256.Load(b + 32);
                var a0 = Vector256.Create(*((int*)r0 + k)).AsByte();
                c0_0 = AvxVnni.MultiplyWideningAndAdd(c0_0, a0, b0);
                c0_1 = AvxVnni.MultiplyWideningAndAdd(c0_1, a0, b1);
                var a1 = Vector256.Create(*((int*)r1 + k)).AsByte();
                c1_0 = AvxVnni.MultiplyWideningAndAdd(c1_0, a1, b0);
                c1_1 = AvxVnni.MultiplyWideningAndAdd(c1_1, a1, b1);
                var a2 = Vector256.Create(*((int*)r2 + k)).AsByte();
                c2_0 = AvxVnni.MultiplyWideningAndAdd(c2_0, a2, b0);
                c2_1 = AvxVnni.MultiplyWideningAndAdd(c2_1, a2, b1);
                var a3 = Vector256.Create(*((int*)r3 + k)).AsByte();
                c3_0 = AvxVnni.MultiplyWideningAndAdd(c3_0, a3, b0);
                c3_1 = AvxVnni.MultiplyWideningAndAdd(c3_1, a3, b1);
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
        var c0_0_1 = Vector256<int>.Zero;
        var c0_1_1 = Vector256<int>.Zero;
        var c1_0_1 = Vector256<int>.Zero;
        var c1_1_1 = Vector256<int>.Zero;
        var c2_0_1 = Vector256<int>.Zero;
        var c2_1_1 = Vector256<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            byte* r1 = start + rows[1];
            byte* r2 = start + rows[2];
            nint k = 0;
            for (; k <= quads - 2; k += 2)
            {
                {
                    var b0 = Vector256.Load(b);
                    var b1 = Vector256.Load(b + 32);
                    var a0 = Vector256.Create(*((int*)r0 + k)).AsByte();
                    c0_0 = AvxVnni.MultiplyWideningAndAdd(c0_0, a0, b0);
                    c0_1 = AvxVnni.MultiplyWideningAndAdd(c0_1, a0, b1);
                    var a1 = Vector256.Create(*((int*)r1 + k)).AsByte();
                    c1_0 = AvxVnni.MultiplyWideningAndAdd(c1_0, a1, b0);
                    c1_1 = AvxVnni.MultiplyWideningAndAdd(c1_1, a1, b1);
                    var a2 = Vector256.Create(*((int*)r2 + k)).AsByte();
                    c2_0 = AvxVnni.MultiplyWideningAndAdd(c2_0, a2, b0);
                    c2_1 = AvxVnni.MultiplyWideningAndAdd(c2_1, a2, b1);
                }

                {
                    var b0 = Vector256.Load(b + 64);
                    var b1 = Vector256.Load(b + 96);
                    var a0 = Vector256.Create(*((int*)r0 + k + 1)).AsByte();
                    c0_0_1 = AvxVnni.MultiplyWideningAndAdd(c0_0_1, a0, b0);
                    c0_1_1 = AvxVnni.MultiplyWideningAndAdd(c0_1_1, a0, b1);
                    var a1 = Vector256.Create(*((int*)r1 + k + 1)).AsByte();
                    c1_0_1 = AvxVnni.MultiplyWideningAndAdd(c1_0_1, a1, b0);
                    c1_1_1 = AvxVnni.MultiplyWideningAndAdd(c1_1_1, a1, b1);
                    var a2 = Vector256.Create(*((int*)r2 + k + 1)).AsByte();
                    c2_0_1 = AvxVnni.MultiplyWideningAndAdd(c2_0_1, a2, b0);
                    c2_1_1 = AvxVnni.MultiplyWideningAndAdd(c2_1_1, a2, b1);
                }

                b += 128;
            }

            for (; k < quads; k++)
            {
                var b0 = Vector256.Load(b);
                var b1 = Vector256.Load(b + 32);
                var a0 = Vector256.Create(*((int*)r0 + k)).AsByte();
                c0_0 = AvxVnni.MultiplyWideningAndAdd(c0_0, a0, b0);
                c0_1 = AvxVnni.MultiplyWideningAndAdd(c0_1, a0, b1);
                var a1 = Vector256.Create(*((int*)r1 + k)).AsByte();
                c1_0 = AvxVnni.MultiplyWideningAndAdd(c1_0, a1, b0);
                c1_1 = AvxVnni.MultiplyWideningAndAdd(c1_1, a1, b1);
                var a2 = Vector256.Create(*((int*)r2 + k)).AsByte();
                c2_0 = AvxVnni.MultiplyWideningAndAdd(c2_0, a2, b0);
                c2_1 = AvxVnni.MultiplyWideningAndAdd(c2_1, a2, b1);
                b += 64;
            }
        }

        (c0_0 + c0_0_1).Store(c);
        (c0_1 + c0_1_1).Store(c + 8);
        (c1_0 + c1_0_1).Store(c + pitch);
        (c1_1 + c1_1_1).Store(c + pitch + 8);
        (c2_0 + c2_0_1).Store(c + (2 * pitch));
        (c2_1 + c2_1_1).Store(c + (2 * pitch) + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector256<int>.Zero;
        var c0_1 = Vector256<int>.Zero;
        var c1_0 = Vector256<int>.Zero;
        var c1_1 = Vector256<int>.Zero;
        var c0_0_1 = Vector256<int>.Zero;
        var c0_1_1 = Vector256<int>.Zero;
        var c1_0_1 = Vector256<int>.Zero;
        var c1_1_1 = Vector256<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            byte* r1 = start + rows[1];
            nint k = 0;
            for (; k <= quads - 2; k += 2)
            {
                {
                    var b0 = Vector256.Load(b);
                    var b1 = Vector256.Load(b + 32);
                    var a0 = Vector256.Create(*((int*)r0 + k)).AsByte();
                    c0_0 = AvxVnni.MultiplyWideningAndAdd(c0_0, a0, b0);
                    c0_1 = AvxVnni.MultiplyWideningAndAdd(c0_1, a0, b1);
                    var a1 = Vector256.Create(*((int*)r1 + k)).AsByte();
                    c1_0 = AvxVnni.MultiplyWideningAndAdd(c1_0, a1, b0);
                    c1_1 = AvxVnni.MultiplyWideningAndAdd(c1_1, a1, b1);
                }

                {
                    var b0 = Vector256.Load(b + 64);
                    var b1 = Vector256.Load(b + 96);
                    var a0 = Vector256.Create(*((int*)r0 + k + 1)).AsByte();
                    c0_0_1 = AvxVnni.MultiplyWideningAndAdd(c0_0_1, a0, b0);
                    c0_1_1 = AvxVnni.MultiplyWideningAndAdd(c0_1_1, a0, b1);
                    var a1 = Vector256.Create(*((int*)r1 + k + 1)).AsByte();
                    c1_0_1 = AvxVnni.MultiplyWideningAndAdd(c1_0_1, a1, b0);
                    c1_1_1 = AvxVnni.MultiplyWideningAndAdd(c1_1_1, a1, b1);
                }

                b += 128;
            }

            for (; k < quads; k++)
            {
                var b0 = Vector256.Load(b);
                var b1 = Vector256.Load(b + 32);
                var a0 = Vector256.Create(*((int*)r0 + k)).AsByte();
                c0_0 = AvxVnni.MultiplyWideningAndAdd(c0_0, a0, b0);
                c0_1 = AvxVnni.MultiplyWideningAndAdd(c0_1, a0, b1);
                var a1 = Vector256.Create(*((int*)r1 + k)).AsByte();
                c1_0 = AvxVnni.MultiplyWideningAndAdd(c1_0, a1, b0);
                c1_1 = AvxVnni.MultiplyWideningAndAdd(c1_1, a1, b1);
                b += 64;
            }
        }

        (c0_0 + c0_0_1).Store(c);
        (c0_1 + c0_1_1).Store(c + 8);
        (c1_0 + c1_0_1).Store(c + pitch);
        (c1_1 + c1_1_1).Store(c + pitch + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)
    {
        var c0_0 = Vector256<int>.Zero;
        var c0_1 = Vector256<int>.Zero;
        var c0_0_1 = Vector256<int>.Zero;
        var c0_1_1 = Vector256<int>.Zero;
        var c0_0_2 = Vector256<int>.Zero;
        var c0_1_2 = Vector256<int>.Zero;
        var c0_0_3 = Vector256<int>.Zero;
        var c0_1_3 = Vector256<int>.Zero;
        for (int run = 0; run < count; run++)
        {
            byte* start = a + runs[run];
            byte* r0 = start + rows[0];
            nint k = 0;
            for (; k <= quads - 4; k += 4)
            {
                {
                    var b0 = Vector256.Load(b);
                    var b1 = Vector256.Load(b + 32);
                    var a0 = Vector256.Create(*((int*)r0 + k)).AsByte();
                    c0_0 = AvxVnni.MultiplyWideningAndAdd(c0_0, a0, b0);
                    c0_1 = AvxVnni.MultiplyWideningAndAdd(c0_1, a0, b1);
                }

                {
                    var b0 = Vector256.Load(b + 64);
                    var b1 = Vector256.Load(b + 96);
                    var a0 = Vector256.Create(*((int*)r0 + k + 1)).AsByte();
                    c0_0_1 = AvxVnni.MultiplyWideningAndAdd(c0_0_1, a0, b0);
                    c0_1_1 = AvxVnni.MultiplyWideningAndAdd(c0_1_1, a0, b1);
                }

                {
                    var b0 = Vector256.Load(b + 128);
                    var b1 = Vector256.Load(b + 160);
                    var a0 = Vector256.Create(*((int*)r0 + k + 2)).AsByte();
                    c0_0_2 = AvxVnni.MultiplyWideningAndAdd(c0_0_2, a0, b0);
                    c0_1_2 = AvxVnni.MultiplyWideningAndAdd(c0_1_2, a0, b1);
                }

                {
                    var b0 = Vector256.Load(b + 192);
                    var b1 = Vector256.Load(b + 224);
                    var a0 = Vector256.Create(*((int*)r0 + k + 3)).AsByte();
                    c0_0_3 = AvxVnni.MultiplyWideningAndAdd(c0_0_3, a0, b0);
                    c0_1_3 = AvxVnni.MultiplyWideningAndAdd(c0_1_3, a0, b1);
                }

                b += 256;
            }

            for (; k < quads; k++)
            {
                var b0 = Vector256.Load(b);
                var b1 = Vector256.Load(b + 32);
                var a0 = Vector256.Create(*((int*)r0 + k)).AsByte();
                c0_0 = AvxVnni.MultiplyWideningAndAdd(c0_0, a0, b0);
                c0_1 = AvxVnni.MultiplyWideningAndAdd(c0_1, a0, b1);
                b += 64;
            }
        }

        (c0_0 + c0_0_1 + c0_0_2 + c0_0_3).Store(c);
        (c0_1 + c0_1_1 + c0_1_2 + c0_1_3).Store(c + 8);
    }
}
