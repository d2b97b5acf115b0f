#!/usr/bin/env python3
"""Writes the straight-line register tiles of convolutions (src/Mettle.Core/Kernels/Convolutions/StripTile.cs).

The compiler keeps accumulators in registers only if each is a local of its own, so the code for every number of rows is
written out, two vectors wide ("Wide") and one vector wide ("Slim").
With --check nothing is written; the exit code is 1 if the file differs from what would be written.
"""

import pathlib
import sys

TARGET = pathlib.Path(__file__).parent.parent / "src/Mettle.Core/Kernels/Convolutions/StripTile.cs"
WIDE, SLIM = 14, 30

HEAD = f'''// Written by eng/strip-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Register tiles of a <see cref="StripProduct{{T}}"/>: straight-line code, one local per accumulator, so that the compiler keeps
/// all in registers.
/// </summary>
internal static unsafe class StripTile
{{
    /// <summary>Most rows of a tile two vectors wide.</summary>
    public const int WideRows = {WIDE};

    /// <summary>Most rows of a tile one vector wide.</summary>
    public const int SlimRows = {SLIM};

    /// <summary>Computes <paramref name="rows"/> rows two vectors wide.</summary>
    public static void Wide<T>(in StripProduct<T> p, int rows)
        where T : unmanaged
    {{
        switch (rows)
        {{
'''


def case(kind, rows):
    label = f"case {rows}:" if rows > 1 else "default:"
    return f"            {label}\n                {kind}{rows}(p);\n                break;\n"


def tile(kind, rows):
    """One tile: A's rows are addressed three to a pointer, so few registers hold addresses."""
    names = "xy" if kind == "Wide" else "x"
    parts = [("x", "u", "", 0), ("y", "v", " + w", 1)][: len(names)]
    out = [f"""
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void {kind}{rows}<T>(in StripProduct<T> t)
        where T : unmanaged
    {{
"""]
    if kind == "Wide":
        out.append("        int w = Vector512<T>.Count;\n")
    out.append("        T* c = t.Init;\n        nint next = t.InitRow;\n")
    for i in range(rows):
        for x, _, at, _ in parts:
            out.append(f"        var {x}{i} = Vector512.Load(c{at});\n")
        if i < rows - 1:
            out.append("        c += next;\n")
    out.append("        T* a = t.A;\n        T* b = t.B;\n")
    if rows > 1:
        out.append("        nint row = t.ARow;\n")
    if rows > 2:
        out.append("        nint two = 2 * row;\n")
    if rows > 3:
        out.append("        nint triple = t.ATriple;\n")
    if kind == "Wide":
        out.append("        byte* ahead = t.Ahead;\n        nint aheadStep = t.AheadStep;\n")
    out.append("        nint aStep = t.AStep, bStep = t.BStep;\n        Strip* end = t.Strips + t.Count;\n")
    out.append("        for (Strip* s = t.Strips; s < end; s++)\n        {\n            T* p = a + s->A;\n            T* f = b + s->B;\n")
    out.append("            for (int left = s->Length; left > 0; left--)\n            {\n                T* e = p;\n")
    if kind == "Wide":
        out.append("                CacheLines.Fetch(ahead);\n                ahead += aheadStep;\n")
    for _, u, at, _ in parts:
        out.append(f"                var {u} = Vector512.Load(f{at});\n")
    for i in range(rows):
        if i and i % 3 == 0:
            out.append("                e += triple;\n")
        element = ["*e", "*(e + row)", "*(e + two)"][i % 3]
        out.append(f"                var s{i} = Vector512.Create({element});\n")
        for x, u, _, _ in parts:
            out.append(f"                {x}{i} = RowMath.Fma(s{i}, {u}, {x}{i});\n")
    out.append("                p += aStep;\n                f += bStep;\n            }\n        }\n\n        c = t.C;\n        next = t.CRow;\n")
    out.append("        if (t.End.More != 0)\n        {\n            T* more = c + t.End.More;\n")
    for i in range(rows):
        for x, _, at, _ in parts:
            out.append(f"            {x}{i} += Vector512.Load(more{at});\n")
        if i < rows - 1:
            out.append("            more += next;\n")
    out.append("        }\n\n        if (t.End.Bounded)\n        {\n            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);\n")
    for i in range(rows):
        for x, _, _, _ in parts:
            out.append(f"            {x}{i} = ConvEnd<T>.Bound({x}{i}, low, high);\n")
    out.append("        }\n\n")
    for i in range(rows):
        for x, _, at, _ in parts:
            out.append(f"        {x}{i}.Store(c{at});\n")
        if i < rows - 1:
            out.append("        c += next;\n")
    out.append("    }\n")
    return "".join(out)


def main():
    wide, slim = range(WIDE, 0, -1), range(SLIM, 0, -1)
    text = (HEAD + "".join(case("Wide", r) for r in wide)
            + """        }
    }

    /// <summary>Computes <paramref name="rows"/> rows one vector wide.</summary>
    public static void Slim<T>(in StripProduct<T> p, int rows)
        where T : unmanaged
    {
        switch (rows)
        {
""" + "".join(case("Slim", r) for r in slim) + "        }\n    }\n"
            + "".join(tile("Wide", r) for r in wide) + "".join(tile("Slim", r) for r in slim) + "}\n")
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.read_text() == text else f"{TARGET} differs from what {__file__} writes"
    TARGET.write_text(text)
    return 0


sys.exit(main())
