// Written by eng/winograd-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Transforms of a tile's images and results, sixteen channels at a time. Lavin and Gray (2016), section 4.1.</summary>
internal static unsafe class WinogradTile
{
    /// <summary>
    /// B^T d B of 6x6 pixels, of which <paramref name="row"/> and <paramref name="column"/> are the steps, to 36 elements: the first
    /// three rows, then the others, since eighteen vectors are what the registers hold besides operands.
    /// </summary>
    public static void Source(float* x, nint row, nint column, float* to, nint element)
    {
        Upper(x, row, column, to, element);
        Lower(x, row, column, to + (18 * element), element);
    }

    /// <summary>A^T m A of 36 elements, plus a bias, to 4x4 pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Result(float* m, nint element, float* y, nint row, nint column, float* start)
    {
        var two = Vector512.Create(2f);
        var four = Vector512.Create(4f);
        var eight = Vector512.Create(8f);

        var a0 = Vector512.Load(m + (0 * element));
        var b0 = Vector512.Load(m + (6 * element));
        var c0 = Vector512.Load(m + (12 * element));
        var d0 = Vector512.Load(m + (18 * element));
        var e0 = Vector512.Load(m + (24 * element));
        var f0 = Vector512.Load(m + (30 * element));
        var s0 = b0 + c0;
        c0 = b0 - c0;
        b0 = d0 + e0;
        e0 = d0 - e0;
        a0 = a0 + s0 + b0;
        b0 = Vector512.FusedMultiplyAdd(b0, four, s0);
        f0 = Vector512.FusedMultiplyAdd(e0, eight, c0) + f0;
        c0 = Vector512.FusedMultiplyAdd(e0, two, c0);

        var a1 = Vector512.Load(m + (1 * element));
        var b1 = Vector512.Load(m + (7 * element));
        var c1 = Vector512.Load(m + (13 * element));
        var d1 = Vector512.Load(m + (19 * element));
        var e1 = Vector512.Load(m + (25 * element));
        var f1 = Vector512.Load(m + (31 * element));
        var s1 = b1 + c1;
        c1 = b1 - c1;
        b1 = d1 + e1;
        e1 = d1 - e1;
        a1 = a1 + s1 + b1;
        b1 = Vector512.FusedMultiplyAdd(b1, four, s1);
        f1 = Vector512.FusedMultiplyAdd(e1, eight, c1) + f1;
        c1 = Vector512.FusedMultiplyAdd(e1, two, c1);

        var a2 = Vector512.Load(m + (2 * element));
        var b2 = Vector512.Load(m + (8 * element));
        var c2 = Vector512.Load(m + (14 * element));
        var d2 = Vector512.Load(m + (20 * element));
        var e2 = Vector512.Load(m + (26 * element));
        var f2 = Vector512.Load(m + (32 * element));
        var s2 = b2 + c2;
        c2 = b2 - c2;
        b2 = d2 + e2;
        e2 = d2 - e2;
        a2 = a2 + s2 + b2;
        b2 = Vector512.FusedMultiplyAdd(b2, four, s2);
        f2 = Vector512.FusedMultiplyAdd(e2, eight, c2) + f2;
        c2 = Vector512.FusedMultiplyAdd(e2, two, c2);

        var a3 = Vector512.Load(m + (3 * element));
        var b3 = Vector512.Load(m + (9 * element));
        var c3 = Vector512.Load(m + (15 * element));
        var d3 = Vector512.Load(m + (21 * element));
        var e3 = Vector512.Load(m + (27 * element));
        var f3 = Vector512.Load(m + (33 * element));
        var s3 = b3 + c3;
        c3 = b3 - c3;
        b3 = d3 + e3;
        e3 = d3 - e3;
        a3 = a3 + s3 + b3;
        b3 = Vector512.FusedMultiplyAdd(b3, four, s3);
        f3 = Vector512.FusedMultiplyAdd(e3, eight, c3) + f3;
        c3 = Vector512.FusedMultiplyAdd(e3, two, c3);

        var a4 = Vector512.Load(m + (4 * element));
        var b4 = Vector512.Load(m + (10 * element));
        var c4 = Vector512.Load(m + (16 * element));
        var d4 = Vector512.Load(m + (22 * element));
        var e4 = Vector512.Load(m + (28 * element));
        var f4 = Vector512.Load(m + (34 * element));
        var s4 = b4 + c4;
        c4 = b4 - c4;
        b4 = d4 + e4;
        e4 = d4 - e4;
        a4 = a4 + s4 + b4;
        b4 = Vector512.FusedMultiplyAdd(b4, four, s4);
        f4 = Vector512.FusedMultiplyAdd(e4, eight, c4) + f4;
        c4 = Vector512.FusedMultiplyAdd(e4, two, c4);

        var a5 = Vector512.Load(m + (5 * element));
        var b5 = Vector512.Load(m + (11 * element));
        var c5 = Vector512.Load(m + (17 * element));
        var d5 = Vector512.Load(m + (23 * element));
        var e5 = Vector512.Load(m + (29 * element));
        var f5 = Vector512.Load(m + (35 * element));
        var s5 = b5 + c5;
        c5 = b5 - c5;
        b5 = d5 + e5;
        e5 = d5 - e5;
        a5 = a5 + s5 + b5;
        b5 = Vector512.FusedMultiplyAdd(b5, four, s5);
        f5 = Vector512.FusedMultiplyAdd(e5, eight, c5) + f5;
        c5 = Vector512.FusedMultiplyAdd(e5, two, c5);

        var bias = Vector512.Load(start);
        Four(a0, a1, a2, a3, a4, a5, y + (0 * row), column, bias);
        Four(c0, c1, c2, c3, c4, c5, y + (1 * row), column, bias);
        Four(b0, b1, b2, b3, b4, b5, y + (2 * row), column, bias);
        Four(f0, f1, f2, f3, f4, f5, y + (3 * row), column, bias);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Upper(float* x, nint row, nint column, float* to, nint element)
    {
        var four = Vector512.Create(4f);
        var five = Vector512.Create(-5f);

        float* x0 = x + (0 * column);
        var c0 = Vector512.Load(x0 + (2 * row));
        var e0 = Vector512.Load(x0 + (4 * row));
        var a0 = Vector512.FusedMultiplyAdd(Vector512.Load(x0), four, Vector512.FusedMultiplyAdd(c0, five, e0));
        c0 = Vector512.FusedMultiplyAdd(c0, -four, e0);
        e0 = Vector512.FusedMultiplyAdd(Vector512.Load(x0 + row), -four, Vector512.Load(x0 + (3 * row)));
        var b0 = c0 + e0;
        c0 -= e0;

        float* x1 = x + (1 * column);
        var c1 = Vector512.Load(x1 + (2 * row));
        var e1 = Vector512.Load(x1 + (4 * row));
        var a1 = Vector512.FusedMultiplyAdd(Vector512.Load(x1), four, Vector512.FusedMultiplyAdd(c1, five, e1));
        c1 = Vector512.FusedMultiplyAdd(c1, -four, e1);
        e1 = Vector512.FusedMultiplyAdd(Vector512.Load(x1 + row), -four, Vector512.Load(x1 + (3 * row)));
        var b1 = c1 + e1;
        c1 -= e1;

        float* x2 = x + (2 * column);
        var c2 = Vector512.Load(x2 + (2 * row));
        var e2 = Vector512.Load(x2 + (4 * row));
        var a2 = Vector512.FusedMultiplyAdd(Vector512.Load(x2), four, Vector512.FusedMultiplyAdd(c2, five, e2));
        c2 = Vector512.FusedMultiplyAdd(c2, -four, e2);
        e2 = Vector512.FusedMultiplyAdd(Vector512.Load(x2 + row), -four, Vector512.Load(x2 + (3 * row)));
        var b2 = c2 + e2;
        c2 -= e2;

        float* x3 = x + (3 * column);
        var c3 = Vector512.Load(x3 + (2 * row));
        var e3 = Vector512.Load(x3 + (4 * row));
        var a3 = Vector512.FusedMultiplyAdd(Vector512.Load(x3), four, Vector512.FusedMultiplyAdd(c3, five, e3));
        c3 = Vector512.FusedMultiplyAdd(c3, -four, e3);
        e3 = Vector512.FusedMultiplyAdd(Vector512.Load(x3 + row), -four, Vector512.Load(x3 + (3 * row)));
        var b3 = c3 + e3;
        c3 -= e3;

        float* x4 = x + (4 * column);
        var c4 = Vector512.Load(x4 + (2 * row));
        var e4 = Vector512.Load(x4 + (4 * row));
        var a4 = Vector512.FusedMultiplyAdd(Vector512.Load(x4), four, Vector512.FusedMultiplyAdd(c4, five, e4));
        c4 = Vector512.FusedMultiplyAdd(c4, -four, e4);
        e4 = Vector512.FusedMultiplyAdd(Vector512.Load(x4 + row), -four, Vector512.Load(x4 + (3 * row)));
        var b4 = c4 + e4;
        c4 -= e4;

        float* x5 = x + (5 * column);
        var c5 = Vector512.Load(x5 + (2 * row));
        var e5 = Vector512.Load(x5 + (4 * row));
        var a5 = Vector512.FusedMultiplyAdd(Vector512.Load(x5), four, Vector512.FusedMultiplyAdd(c5, five, e5));
        c5 = Vector512.FusedMultiplyAdd(c5, -four, e5);
        e5 = Vector512.FusedMultiplyAdd(Vector512.Load(x5 + row), -four, Vector512.Load(x5 + (3 * row)));
        var b5 = c5 + e5;
        c5 -= e5;

        Six(a0, a1, a2, a3, a4, a5, to + (0 * element), element);
        Six(b0, b1, b2, b3, b4, b5, to + (6 * element), element);
        Six(c0, c1, c2, c3, c4, c5, to + (12 * element), element);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Lower(float* x, nint row, nint column, float* to, nint element)
    {
        var two = Vector512.Create(2f);
        var four = Vector512.Create(4f);
        var five = Vector512.Create(-5f);

        float* x0 = x + (0 * column);
        var b0 = Vector512.Load(x0 + row);
        var d0 = Vector512.Load(x0 + (3 * row));
        var f0 = Vector512.FusedMultiplyAdd(b0, four, Vector512.FusedMultiplyAdd(d0, five, Vector512.Load(x0 + (5 * row))));
        d0 = (d0 - b0) * two;
        b0 = Vector512.Load(x0 + (4 * row)) - Vector512.Load(x0 + (2 * row));
        var e0 = b0 - d0;
        d0 += b0;

        float* x1 = x + (1 * column);
        var b1 = Vector512.Load(x1 + row);
        var d1 = Vector512.Load(x1 + (3 * row));
        var f1 = Vector512.FusedMultiplyAdd(b1, four, Vector512.FusedMultiplyAdd(d1, five, Vector512.Load(x1 + (5 * row))));
        d1 = (d1 - b1) * two;
        b1 = Vector512.Load(x1 + (4 * row)) - Vector512.Load(x1 + (2 * row));
        var e1 = b1 - d1;
        d1 += b1;

        float* x2 = x + (2 * column);
        var b2 = Vector512.Load(x2 + row);
        var d2 = Vector512.Load(x2 + (3 * row));
        var f2 = Vector512.FusedMultiplyAdd(b2, four, Vector512.FusedMultiplyAdd(d2, five, Vector512.Load(x2 + (5 * row))));
        d2 = (d2 - b2) * two;
        b2 = Vector512.Load(x2 + (4 * row)) - Vector512.Load(x2 + (2 * row));
        var e2 = b2 - d2;
        d2 += b2;

        float* x3 = x + (3 * column);
        var b3 = Vector512.Load(x3 + row);
        var d3 = Vector512.Load(x3 + (3 * row));
        var f3 = Vector512.FusedMultiplyAdd(b3, four, Vector512.FusedMultiplyAdd(d3, five, Vector512.Load(x3 + (5 * row))));
        d3 = (d3 - b3) * two;
        b3 = Vector512.Load(x3 + (4 * row)) - Vector512.Load(x3 + (2 * row));
        var e3 = b3 - d3;
        d3 += b3;

        float* x4 = x + (4 * column);
        var b4 = Vector512.Load(x4 + row);
        var d4 = Vector512.Load(x4 + (3 * row));
        var f4 = Vector512.FusedMultiplyAdd(b4, four, Vector512.FusedMultiplyAdd(d4, five, Vector512.Load(x4 + (5 * row))));
        d4 = (d4 - b4) * two;
        b4 = Vector512.Load(x4 + (4 * row)) - Vector512.Load(x4 + (2 * row));
        var e4 = b4 - d4;
        d4 += b4;

        float* x5 = x + (5 * column);
        var b5 = Vector512.Load(x5 + row);
        var d5 = Vector512.Load(x5 + (3 * row));
        var f5 = Vector512.FusedMultiplyAdd(b5, four, Vector512.FusedMultiplyAdd(d5, five, Vector512.Load(x5 + (5 * row))));
        d5 = (d5 - b5) * two;
        b5 = Vector512.Load(x5 + (4 * row)) - Vector512.Load(x5 + (2 * row));
        var e5 = b5 - d5;
        d5 += b5;

        Six(d0, d1, d2, d3, d4, d5, to + (0 * element), element);
        Six(e0, e1, e2, e3, e4, e5, to + (6 * element), element);
        Six(f0, f1, f2, f3, f4, f5, to + (12 * element), element);
    }

    // A^T of six elements, plus a bias.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(
        Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3, Vector512<float> x4, Vector512<float> x5, float* y, nint step, Vector512<float> bias)
    {
        var sum = x1 + x2;
        var difference = x1 - x2;
        var outer = x3 + x4;
        var outerDifference = x3 - x4;
        (x0 + bias + sum + outer).Store(y);
        (Vector512.FusedMultiplyAdd(outerDifference, Vector512.Create(2f), difference) + bias).Store(y + step);
        (Vector512.FusedMultiplyAdd(outer, Vector512.Create(4f), sum) + bias).Store(y + (2 * step));
        (Vector512.FusedMultiplyAdd(outerDifference, Vector512.Create(8f), difference) + (x5 + bias)).Store(y + (3 * step));
    }

    // B^T of six elements.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Six(
        Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3, Vector512<float> x4, Vector512<float> x5, float* y, nint step)
    {
        var four = Vector512.Create(4f);
        var five = Vector512.Create(-5f);
        Vector512.FusedMultiplyAdd(x0, four, Vector512.FusedMultiplyAdd(x2, five, x4)).Store(y);
        var even = Vector512.FusedMultiplyAdd(x2, -four, x4);
        var odd = Vector512.FusedMultiplyAdd(x1, -four, x3);
        (even + odd).Store(y + step);
        (even - odd).Store(y + (2 * step));
        even = x4 - x2;
        odd = (x3 - x1) * Vector512.Create(2f);
        (even + odd).Store(y + (3 * step));
        (even - odd).Store(y + (4 * step));
        Vector512.FusedMultiplyAdd(x1, four, Vector512.FusedMultiplyAdd(x3, five, x5)).Store(y + (5 * step));
    }
}
