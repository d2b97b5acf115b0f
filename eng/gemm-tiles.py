#!/usr/bin/env python3
"""Writes the straight-line register tiles of the matrix product (src/Mettle.Core/Kernels/GemmTile.cs).

The compiler keeps accumulators in registers only if each is a local of its own, so the code for 8 to 1 rows is written out.
With --check nothing is written; the exit code is 1 if the file differs from what would be written.
"""

import pathlib
import sys

TARGET = pathlib.Path(__file__).parent.parent / "src/Mettle.Core/Kernels/GemmTile.cs"
ROWS = 8

HEAD = '''// Written by eng/gemm-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Register tiles of a matrix product: straight-line code, one local per accumulator, so that the compiler keeps all in registers.</summary>
internal static unsafe class GemmTile
{
    /// <summary>
    /// C[rows, columns] = or += A[rows, k] B[k, tile width]. A has any strides; B's rows are a full tile wide; columns beyond
    /// <paramref name="columns"/> are computed but not stored.
    /// </summary>
    [SkipLocalsInit]
    public static void Rows<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, int rows, int columns, nint k, bool accumulate)
        where T : unmanaged
    {
        int width = Gemm.TileColumns<T>();
        if (2 * columns <= width)
        {
            NarrowTile.Rows(a, aRow, aStep, b, bRow, c, cRow, rows, columns, k, accumulate);
            return;
        }

        T* edge = stackalloc T[8 * 32];
        for (int i = 0; i < rows; i += 8)
        {
            int m = Math.Min(8, rows - i);
            T* target = columns == width ? c : edge;
            nint targetRow = columns == width ? cRow : width;
            if (columns < width && accumulate)
            {
                CopyRows(c, cRow, edge, width, m, columns);
            }

            switch (m)
            {
'''

AFTER_CASES = '''            }

            if (columns < width)
            {
                CopyRows(edge, width, c, cRow, m, columns);
            }

            a += 8 * aRow;
            c += 8 * cRow;
        }
    }

    private static void CopyRows<T>(T* from, nint fromRow, T* to, nint toRow, int rows, int columns)
        where T : unmanaged
    {
        for (int i = 0; i < rows; i++)
        {
            new ReadOnlySpan<T>(from + (i * fromRow), columns).CopyTo(new Span<T>(to + (i * toRow), columns));
        }
    }
'''

TAIL = '''
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Fma<T>(Vector512<T> x, Vector512<T> y, Vector512<T> z)
        where T : unmanaged
        => typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();
}
'''


def case(rows):
    label = f"case {rows}:" if rows > 1 else "default:"
    return f"""                {label}
                    Tile{rows}(a, aRow, aStep, b, bRow, target, targetRow, k, accumulate);
                    break;
"""


def tile(rows):
    """One tile: A's rows are addressed three to a pointer (base, + aRow, + two), so few registers hold addresses."""
    out = [f"""
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile{rows}<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, bool accumulate)
        where T : unmanaged
    {{
        int w = Vector512<T>.Count;
"""]
    out += [f"        Vector512<T> x{i} = default, y{i} = default;\n" for i in range(rows)]
    out.append("        if (accumulate)\n        {\n            T* r = c;\n")
    for i in range(rows):
        out.append(f"            x{i} = Vector512.Load(r);\n            y{i} = Vector512.Load(r + w);\n")
        if i < rows - 1:
            out.append("            r += cRow;\n")
    out.append("        }\n\n")
    out += [f"        T* a{i} = a + ({i} * aRow);\n" if i else "        T* a0 = a;\n" for i in range(0, rows, 3)]
    if rows >= 3:
        out.append("        nint two = 2 * aRow;\n")
    out.append("        for (nint p = 0; p < k; p++)\n        {\n            var u = Vector512.Load(b);\n            var v = Vector512.Load(b + w);\n")
    for i in range(rows):
        offset = ["", " + aRow", " + two"][i % 3]
        element = f"*(a{i // 3 * 3}{offset})" if offset else f"*a{i}"
        out.append(f"            var s{i} = Vector512.Create({element});\n            x{i} = Fma(s{i}, u, x{i});\n            y{i} = Fma(s{i}, v, y{i});\n")
    out += [f"            a{i} += aStep;\n" for i in range(0, rows, 3)]
    out.append("            b += bRow;\n        }\n\n")
    for i in range(rows):
        out.append(f"        x{i}.Store(c);\n        y{i}.Store(c + w);\n")
        if i < rows - 1:
            out.append("        c += cRow;\n")
    out.append("    }\n")
    return "".join(out)


def main():
    order = range(ROWS, 0, -1)
    text = HEAD + "".join(case(r) for r in order) + AFTER_CASES + "".join(tile(r) for r in order) + TAIL
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.read_text() == text else f"{TARGET} differs from what {__file__} writes"
    TARGET.write_text(text)
    return 0


sys.exit(main())
