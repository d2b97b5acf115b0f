#!/usr/bin/env python3
"""Writes the straight-line tile transforms of Winograd's F(4x4, 3x3) (src/Mettle.Core/Kernels/Convolutions/WinogradTile.cs).

The compiler keeps intermediate vectors in registers only if each is a local of its own: going through memory between the two
steps of a transform made them half as fast.
With --check nothing is written; the exit code is 1 if the file differs from what would be written.
"""

import pathlib
import sys

TARGET = pathlib.Path(__file__).parent.parent / "src/Mettle.Core/Kernels/Convolutions/WinogradTile.cs"

HEAD = """// Written by eng/winograd-tiles.py.
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
"""

RESULT = """
        var a{j} = Vector512.Load(m + ({j} * element));
        var b{j} = Vector512.Load(m + ({j6} * element));
        var c{j} = Vector512.Load(m + ({j12} * element));
        var d{j} = Vector512.Load(m + ({j18} * element));
        var e{j} = Vector512.Load(m + ({j24} * element));
        var f{j} = Vector512.Load(m + ({j30} * element));
        var s{j} = b{j} + c{j};
        c{j} = b{j} - c{j};
        b{j} = d{j} + e{j};
        e{j} = d{j} - e{j};
        a{j} = a{j} + s{j} + b{j};
        b{j} = Vector512.FusedMultiplyAdd(b{j}, four, s{j});
        f{j} = Vector512.FusedMultiplyAdd(e{j}, eight, c{j}) + f{j};
        c{j} = Vector512.FusedMultiplyAdd(e{j}, two, c{j});
"""

UPPER = """
        float* x{j} = x + ({j} * column);
        var c{j} = Vector512.Load(x{j} + (2 * row));
        var e{j} = Vector512.Load(x{j} + (4 * row));
        var a{j} = Vector512.FusedMultiplyAdd(Vector512.Load(x{j}), four, Vector512.FusedMultiplyAdd(c{j}, five, e{j}));
        c{j} = Vector512.FusedMultiplyAdd(c{j}, -four, e{j});
        e{j} = Vector512.FusedMultiplyAdd(Vector512.Load(x{j} + row), -four, Vector512.Load(x{j} + (3 * row)));
        var b{j} = c{j} + e{j};
        c{j} -= e{j};
"""

LOWER = """
        float* x{j} = x + ({j} * column);
        var b{j} = Vector512.Load(x{j} + row);
        var d{j} = Vector512.Load(x{j} + (3 * row));
        var f{j} = Vector512.FusedMultiplyAdd(b{j}, four, Vector512.FusedMultiplyAdd(d{j}, five, Vector512.Load(x{j} + (5 * row))));
        d{j} = (d{j} - b{j}) * two;
        b{j} = Vector512.Load(x{j} + (4 * row)) - Vector512.Load(x{j} + (2 * row));
        var e{j} = b{j} - d{j};
        d{j} += b{j};
"""

TAIL = """
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
"""


def columns(template):
    return "".join(template.format(j=j, **{f"j{k}": j + k for k in (6, 12, 18, 24, 30)}) for j in range(6)) + "\n"


def rows(call, names, to, step):
    return "".join(f"        {call}({', '.join(f'{v}{j}' for j in range(6))}, {to(i)}, {step});\n" for i, v in enumerate(names))


def half(name, template, names, constants):
    locals_ = "".join(f"        var {n} = Vector512.Create({v}f);\n" for n, v in constants)
    return (f"    }}\n\n    [MethodImpl(MethodImplOptions.AggressiveOptimization)]\n"
            f"    private static void {name}(float* x, nint row, nint column, float* to, nint element)\n    {{\n"
            + locals_ + columns(template) + rows("Six", names, lambda i: f"to + ({6 * i} * element)", "element"))


def main():
    text = (HEAD + columns(RESULT) + "        var bias = Vector512.Load(start);\n"
            + rows("Four", "acbf", lambda i: f"y + ({i} * row)", "column, bias")
            + half("Upper", UPPER, "abc", [("four", 4), ("five", -5)])
            + half("Lower", LOWER, "def", [("two", 2), ("four", 4), ("five", -5)]) + "    }\n" + TAIL)
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.read_text() == text else f"{TARGET} differs from what {__file__} writes"
    TARGET.write_text(text)
    return 0


sys.exit(main())
