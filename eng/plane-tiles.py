#!/usr/bin/env python3
"""Writes the straight-line register tiles of convolutions of few filters (src/Mettle.Core/Kernels/Convolutions/PlaneTile.cs).

A tile is some filters times some vectors of neighbouring pixels; one local per accumulator, so that the compiler keeps all in
registers. With --check nothing is written; the exit code is 1 if the file differs from what would be written.
"""

import pathlib
import sys

TARGET = pathlib.Path(__file__).parent.parent / "src/Mettle.Core/Kernels/Convolutions/PlaneTile.cs"
VECTORS = {8: [3, 2, 1], 4: [6, 4, 3, 2, 1], 2: [8, 4, 2, 1], 1: [12, 8, 4, 2, 1]}

HEAD = """// Written by eng/plane-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Register tiles of a <see cref="PlaneProduct{T}"/>: straight-line code, one local per accumulator, so that the compiler keeps
/// all in registers.
/// </summary>
internal static unsafe class PlaneTile
{
    /// <summary>The most of <paramref name="filters"/> (a power of two up to 8) that a tile takes at once.</summary>
    public static int Filters(int filters) => filters >= 8 ? 8 : filters >= 4 ? 4 : filters >= 2 ? 2 : 1;

    /// <summary>Does the widest tile of so many filters that is not wider than <paramref name="vectors"/>; returns how wide it is.</summary>
    public static int Run<T>(in PlaneProduct<T> p, int filters, int vectors)
        where T : unmanaged
    {
        // Narrower machines do a vector in two halves, and have sixteen registers.
        vectors = Vector512.IsHardwareAccelerated ? vectors : Math.Min(vectors, filters >= 4 ? 1 : 2);
        switch (filters)
        {
"""


def choice(filters):
    out = [f"            case {filters}:\n" if filters > 1 else "            default:\n"]
    for v in VECTORS[filters]:
        pad = " " * 16
        call = f"Tile{filters}By{v}(p);\n"
        if v > 1:
            out.append(f"{pad}if (vectors >= {v})\n{pad}{{\n{pad}    {call}{pad}    return {v};\n{pad}}}\n\n")
        else:
            out.append(f"{pad}{call}{pad}return 1;\n")
    return "".join(out)


def tile(filters, vectors):
    out = [f"""
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile{filters}By{vectors}<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {{
        int w = Vector512<T>.Count;
        T* start = t.Start;
"""]
    names = [[f"s{f}_{v}" for v in range(vectors)] for f in range(filters)]
    for f in range(filters):
        at = f"start[{f}]" if f else "*start"
        out.append(f"        var {names[f][0]} = Vector512.Create({at});\n")
        for v in range(1, vectors):
            out.append(f"        var {names[f][v]} = {names[f][0]};\n")
    out.append("""        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
""")
    for v in range(vectors):
        at = "p" if v == 0 else "p + w" if v == 1 else f"p + ({v} * w)"
        out.append(f"            var x{v} = Vector512.Load({at});\n")
    for f in range(filters):
        at = f"weights[{f}]" if f else "*weights"
        out.append(f"            var w{f} = Vector512.Create({at});\n")
        for v in range(vectors):
            out.append(f"            {names[f][v]} = RowMath.Fma(x{v}, w{f}, {names[f][v]});\n")
    step = "weights++" if filters == 1 else f"weights += {filters}"
    out.append(f"            {step};\n        }}\n\n        if (t.End.Bounded)\n        {{\n")
    out.append("            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);\n")
    for f in range(filters):
        for v in range(vectors):
            out.append(f"            {names[f][v]} = ConvEnd<T>.Bound({names[f][v]}, low, high);\n")
    out.append("        }\n\n        T* y = t.Y;\n        nint left = t.Columns" + (f" - ({vectors - 1} * w)" if vectors > 1 else "") + ";\n")
    if filters > 1:
        out.append("        nint plane = t.Plane;\n")
    for f in range(filters):
        if f:
            out.append("        y += plane;\n")
        for v in range(vectors - 1):
            at = "y" if v == 0 else "y + w" if v == 1 else f"y + ({v} * w)"
            out.append(f"        {names[f][v]}.Store({at});\n")
        at = "y" if vectors == 1 else "y + w" if vectors == 2 else f"y + ({vectors - 1} * w)"
        out.append(f"        Tail.Store({names[f][-1]}, {at}, left);\n")
    out.append("    }\n")
    return "".join(out)


def main():
    text = (HEAD + "".join(choice(f) for f in VECTORS) + "        }\n    }\n"
            + "".join(tile(f, v) for f in VECTORS for v in VECTORS[f]) + "}\n")
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.read_text() == text else f"{TARGET} differs from what {__file__} writes"
    TARGET.write_text(text)
    return 0


sys.exit(main())
