#!/usr/bin/env python3
"""Writes the straight-line register tiles of the int8 matrix product (src/Mettle.Core/Kernels/Int8/Int8Tile{Vnni,Avx512,Avx2}.cs).

The compiler keeps accumulators in registers only if each is a local of its own, so every number of rows is written out.
With --check nothing is written; the exit code is 1 if a file differs from what would be written.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent.parent / "src/Mettle.Core/Kernels/Int8"


def place(at):
    return f"b + {at}" if at else "b"


class Vnni:
    name, supported, wide, rows = "Int8TileVnni", "AvxVnni.IsSupported", False, 6
    summary = "AVX-VNNI: four products of u8 and i8 are added to each i32 by one instruction, without saturation."
    vectors, lanes, vector = 2, 8, "Vector256"
    # Independent sums that hide the latency of the instruction where a tile has few rows.
    sets = {1: 4, 2: 2, 3: 2}

    def weights(self, at):
        return [f"var b{v} = Vector256.Load({place(at + 32 * v)});" for v in range(2)]

    def row(self, i, k, s):
        return [f"var a{i} = Vector256.Create(*((int*)r{i} + k{k})).AsByte();"] + [
            f"{acc(i, v, s)} = AvxVnni.MultiplyWideningAndAdd({acc(i, v, s)}, a{i}, b{v});" for v in range(2)]


class Wide:
    wide = True
    sets = {}

    # Even bytes of a column's four are the products' first pair, odd bytes the second.
    def weights(self, at):
        lines = []
        for v in range(self.vectors):
            lines += [
                f"var q{v} = {self.vector}.Load({place(at + 4 * self.lanes * v)}).AsInt16();",
                f"var e{v} = {self.vector}.ShiftRightArithmetic({self.vector}.ShiftLeft(q{v}, 8), 8);",
                f"var o{v} = {self.vector}.ShiftRightArithmetic(q{v}, 8);",
            ]
        return lines

    def row(self, i, k, s):
        lines = []
        for name, words, half in (("x", "e", ""), ("z", "o", " + 1")):
            lines.append(f"var {name}{i} = {self.vector}.Create(*((int*)r{i} + (2 * k){half})).AsInt16();")
            lines += [f"{acc(i, v, s)} += {self.isa}.MultiplyAddAdjacent({name}{i}, {words}{v});" for v in range(self.vectors)]
        return lines


class Avx512(Wide):
    name, supported, rows = "Int8TileAvx512", "Avx512BW.IsSupported", 8
    summary = "AVX-512BW: operands as 16 bits, two products added to each i32 at a time."
    vectors, lanes, vector, isa = 1, 16, "Vector512", "Avx512BW"


class Avx2(Wide):
    name, supported, rows = "Int8TileAvx2", "Avx2.IsSupported", 4
    summary = "AVX2: operands as 16 bits, two products added to each i32 at a time."
    vectors, lanes, vector, isa = 2, 8, "Vector256", "Avx2"


def acc(i, v, s):
    return f"c{i}_{v}" + (f"_{s}" if s else "")


def tile(isa, m):
    sets = isa.sets.get(m, 1)
    zero = f"{isa.vector}<int>.Zero"
    out = [
        "    [MethodImpl(MethodImplOptions.AggressiveOptimization)]",
        f"    private static void Tile{m}(byte* a, nint* rows, nint* runs, int count, nint quads, sbyte* b, int* c, nint pitch)",
        "    {",
    ]
    out += [f"        var {acc(i, v, s)} = {zero};" for s in range(sets) for i in range(m) for v in range(isa.vectors)]
    out += [
        "        for (int run = 0; run < count; run++)",
        "        {",
        "            byte* start = a + runs[run];",
    ]
    out += [f"            byte* r{i} = start + rows[{i}];" for i in range(m)]
    out.append("            nint k = 0;")
    step = 4 * isa.lanes * isa.vectors
    if sets > 1:
        out += [f"            for (; k <= quads - {sets}; k += {sets})", "            {"]
        for s in range(sets):
            lines = isa.weights(step * s)
            for i in range(m):
                lines += isa.row(i, f" + {s}" if s else "", s)
            out += ["                {"] + ["                    " + x for x in lines] + ["                }", ""]
        out += [f"                b += {step * sets};", "            }", ""]
    out += ["            for (; k < quads; k++)", "            {"]
    out += ["                " + x for x in isa.weights(0)]
    for i in range(m):
        out += ["                " + x for x in isa.row(i, "", 0)]
    out += [f"                b += {step};", "            }", "        }", ""]
    for i in range(m):
        for v in range(isa.vectors):
            value = " + ".join(acc(i, v, s) for s in range(sets))
            at = " + ".join(x for x in ["c", f"({i} * pitch)" if i > 1 else "pitch" if i else "", str(isa.lanes * v) if v else ""] if x)
            out.append(f"        ({value}).Store({at});" if sets > 1 else f"        {value}.Store({at});")
    return out + ["    }"]


def source(isa):
    out = [
        "// Written by eng/int8-tiles.py.",
        "using System.Runtime.CompilerServices;",
        "using System.Runtime.Intrinsics;",
        "using System.Runtime.Intrinsics.X86;",
        "",
        "namespace Mettle;",
        "",
        f"/// <summary>{isa.summary}</summary>",
        f"internal unsafe struct {isa.name} : IInt8Tile",
        "{",
        f"    public static bool IsSupported => {isa.supported};",
        "",
        f"    public static bool Wide => {str(isa.wide).lower()};",
        "",
        f"    public static int Rows => {isa.rows};",
        "",
        "    public static int Panels => 1;",
        "",
        "    public static void Multiply(byte* a, nint* rows, int m, nint* runs, int count, nint quads, sbyte* b, nint next, int panels, int* c, nint pitch)",
        "    {",
        "        switch (m)",
        "        {",
    ]
    for m in range(isa.rows, 0, -1):
        out += [f"            case {m}:" if m > 1 else "            default:", f"                Tile{m}(a, rows, runs, count, quads, b, c, pitch);", "                break;"]
    out += ["        }", "    }"]
    for m in range(isa.rows, 0, -1):
        out += [""] + tile(isa, m)
    return "\n".join(out + ["}", ""])


stale = False
for isa in (Vnni(), Avx512(), Avx2()):
    target = FOLDER / f"{isa.name}.cs"
    text = source(isa)
    if "--check" in sys.argv:
        stale |= not target.exists() or target.read_text() != text
    else:
        target.write_text(text)
sys.exit(stale)
