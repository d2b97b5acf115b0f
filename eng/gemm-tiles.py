#!/usr/bin/env python3
"""Writes the straight-line register tiles of the matrix product (src/Mettle.Core/Kernels/Products/GemmTile512.cs and GemmTile256.cs).

The compiler keeps accumulators in registers only if each is a local of its own, so the code for every number of rows is
written out: up to 12 rows of two vectors fill 32 registers, up to 6 fill 16.
With --check nothing is written; the exit code is 1 if a file differs from what would be written.
"""

import pathlib
import sys

KERNELS = pathlib.Path(__file__).parent.parent / "src/Mettle.Core/Kernels/Products"

HEAD = '''// Written by eng/gemm-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Register tiles of a matrix product, up to {rows} rows of one or two vectors of {bits} bits: straight-line code, one local
/// per accumulator. With <see cref="CutColumns"/> the last vector holds <c>columns</c> elements only.
/// </summary>
internal static unsafe class GemmTile{bits}
{{
    public const int MaxRows = {rows};

    /// <summary>C[rows, width] = or += A[rows, k] B[k, width] for 1 to <see cref="MaxRows"/> rows, <paramref name="wide"/>: of two vectors.</summary>
    public static void Run<T, TColumns>(
        int rows, bool wide, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {{
        switch (wide ? rows : rows + MaxRows)
        {{
'''


def case(number, name):
    return f"""            case {number}:
                {name}<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
"""


def tile(bits, rows, vectors):
    """One tile: A's rows are addressed three to a pointer (base, + aRow, + two), so few registers hold addresses."""
    names = "xy"[:vectors]
    offsets = ["", " + w"]
    last = vectors - 1
    out = [f"""
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void {'Wide' if vectors == 2 else 'Slim'}{rows}<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {{
        var mask = GemmLanes.First{bits}<T, TColumns>(columns);
"""]
    if vectors == 2:
        out.append(f"        int w = Vector{bits}<T>.Count;\n")
    for x in names:
        out.append(f"        Vector{bits}<T> " + ", ".join(f"{x}{i} = default" for i in range(rows)) + ";\n")

    def load(j, base):
        at = base + offsets[j]
        return f"GemmLanes.Load<T, TColumns>({at}, mask)" if j == last else f"Vector{bits}.Load({at})"

    def store(j, i, base):
        at = base + offsets[j]
        return f"GemmLanes.Store<T, TColumns>({names[j]}{i}, {at}, mask);" if j == last else f"{names[j]}{i}.Store({at});"

    out.append("        if (accumulate)\n        {\n            T* r = c;\n")
    for i in range(rows):
        out += [f"            {names[j]}{i} = {load(j, 'r')};\n" for j in range(vectors)]
        if i < rows - 1:
            out.append("            r += cRow;\n")
    out.append("        }\n\n")
    out += [f"        T* a{i} = a + ({i} * aRow);\n" if i else "        T* a0 = a;\n" for i in range(0, rows, 3)]
    if rows >= 3:
        out.append("        nint two = 2 * aRow;\n")
    out.append("        for (nint p = k; p > 0; p--)\n        {\n")
    out.append("            GemmLanes.Fetch(b + ahead);\n")
    if vectors == 2 and bits == 512:
        out.append("            GemmLanes.Fetch(b + ahead + w);\n")
    out += [f"            var {'uv'[j]} = {load(j, 'b')};\n" for j in range(vectors)]
    for i in range(rows):
        offset = ["", " + aRow", " + two"][i % 3]
        element = f"*(a{i // 3 * 3}{offset})" if offset else f"*a{i}"
        if vectors == 2:
            out.append(f"            var s{i} = Vector{bits}.Create({element});\n")
            out += [f"            {names[j]}{i} = GemmLanes.Fma(s{i}, {'uv'[j]}, {names[j]}{i});\n" for j in range(2)]
        else:
            out.append(f"            x{i} = GemmLanes.Fma(Vector{bits}.Create({element}), u, x{i});\n")
    out += [f"            a{i} += aStep;\n" for i in range(0, rows, 3)]
    out.append("            b += bRow;\n        }\n\n")
    for i in range(rows):
        out += [f"        {store(j, i, 'c')}\n" for j in range(vectors)]
        if i < rows - 1:
            out.append("        c += cRow;\n")
    out.append("    }\n")
    return "".join(out)


def source(bits, rows):
    order = [(r, v) for v in (2, 1) for r in range(rows, 0, -1)]
    text = HEAD.format(bits=bits, rows=rows)
    text += "".join(case(r if v == 2 else r + rows, f"{'Wide' if v == 2 else 'Slim'}{r}") for r, v in order)
    return text + "        }\n    }\n" + "".join(tile(bits, r, v) for r, v in order) + "}\n"


def main():
    files = {KERNELS / f"GemmTile{bits}.cs": source(bits, rows) for bits, rows in ((512, 12), (256, 6))}
    if "--check" in sys.argv[1:]:
        return "\n".join(f"{f} differs from what {__file__} writes" for f, text in files.items() if f.read_text() != text) or 0
    for f, text in files.items():
        f.write_text(text)
    return 0


sys.exit(main())
