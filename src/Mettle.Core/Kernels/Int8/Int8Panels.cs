using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Weights of one product, packed: panels of 16 columns as [run][quad][column][4], with what zero points need beside them.
/// Runs are stretches of the depth whose activations lie together; each is filled up with zeros to whole fours. Weights are
/// i8 here: u8 ones are stored 128 lower.
/// </summary>
internal readonly unsafe struct Int8Panels
{
    /// <summary>Columns of a panel.</summary>
    public const int Width = 16;

    // A line of memory holds this many panels' columns.
    private const int Together = 4;

    private readonly byte* memory;

    /// <summary>A view of <see cref="Bytes"/> bytes of 64-byte-aligned memory.</summary>
    public Int8Panels(byte* memory, int columns, int runs, int length, bool shifted)
    {
        this.memory = memory;
        Columns = columns;
        Runs = runs;
        Length = length;
        Shifted = shifted;
    }

    public int Columns { get; }

    public int Runs { get; }

    /// <summary>Elements of a run.</summary>
    public int Length { get; }

    /// <summary>
    /// Some weight's zero point is not 0: a further panel holds a column of ones, which gives the sum of the activations.
    /// </summary>
    public bool Shifted { get; }

    public int Quads => (Length + 3) / 4;

    public int Count => (Columns + Width - 1) / Width;

    public nint PanelBytes => (nint)Runs * Quads * 4 * Width;

    /// <summary>Bytes of one group's panels and tables.</summary>
    public long Bytes => ((Count + (Shifted ? 1L : 0)) * PanelBytes) + (Count * Width * (Shifted ? 8L : 4));

    /// <summary>Per column, padded to whole panels: sum of the weights minus depth times their zero point.</summary>
    public int* Sums => (int*)(memory + ((Count + (Shifted ? 1 : 0)) * PanelBytes));

    /// <summary>Per column, padded to whole panels: the zero point. Only where <see cref="Shifted"/>.</summary>
    public int* Zeros => Sums + (Count * Width);

    public sbyte* Panel(int index) => (sbyte*)(memory + (index * PanelBytes));

    /// <summary>Panels of another group, which lie one after the other.</summary>
    public Int8Panels Group(int index) => new(memory + (index * Bytes), Columns, Runs, Length, Shifted);

    /// <summary>Packs element (k, column) of a matrix with any strides, for all groups.</summary>
    public void Pack<TTile>(in Int8Source source, int groups)
        where TTile : struct, IInt8Tile
    {
        int parts = (Count + Together - 1) / Together;
        Scheduler.For(groups * parts, new Job<TTile> { Panels = this, Source = source, Parts = parts });
    }

    /// <summary>The weight stored at (k, column), as packed (u8 ones 128 lower).</summary>
    public sbyte At(int k, int column)
    {
        int run = k / Length, e = k % Length;
        int place = Int8Path.Wide && e % 4 is 1 or 2 ? 3 - (e % 4) : e % 4;
        return Panel(column / Width)[((((nint)run * Quads) + (e / 4)) * 4 * Width) + (column % Width * 4) + place];
    }

    private struct Job<TTile> : IJob
        where TTile : struct, IInt8Tile
    {
        public Int8Panels Panels;
        public Int8Source Source;
        public int Parts;

        public readonly void Run(int index)
        {
            int group = index / Parts, first = index % Parts * Together;
            var panels = Panels.Group(group);
            int end = Math.Min(first + Together, panels.Count);
            byte* data = Source.Data + (group * Source.Group) + ((nint)first * Width * Source.Column);
            nint place = 0;
            for (int run = 0; run < panels.Runs; run++)
            {
                for (int k = 0; k < panels.Length; k += 4, place += 4 * Width)
                {
                    byte* source = data + ((((nint)run * panels.Length) + k) * Source.Depth);
                    for (int j = first; j < end; j++, source += Width * Source.Column)
                    {
                        Four(source, Math.Min(4, panels.Length - k), Math.Min(Width, panels.Columns - (j * Width)), (byte*)panels.Panel(j) + place);
                    }
                }
            }

            for (int j = first; j < end; j++)
            {
                Totals(panels, group, j, Math.Min(Width, panels.Columns - (j * Width)));
            }

            if (panels.Shifted && end == panels.Count)
            {
                Ones(panels, (byte*)panels.Panel(end));
            }
        }

        // Padding of a run stays 0: what the activations hold there must not count.
        private static void Ones(in Int8Panels panels, byte* to)
        {
            for (int run = 0; run < panels.Runs; run++)
            {
                for (int k = 0; k < panels.Length; k += 4, to += 4 * Width)
                {
                    new Span<byte>(to, 4 * Width).Clear();
                    int rest = panels.Length - k;
                    *(uint*)to = Order(rest >= 4 ? 0x01010101u : 0x01010101u >> (8 * (4 - rest)));
                }
            }
        }

        private static uint Order(uint four)
            => TTile.Wide ? (four & 0xFF0000FF) | ((four & 0xFF00) << 8) | ((four >> 8) & 0xFF00) : four;

        private readonly void Four(byte* source, int rows, int columns, byte* to)
        {
            if (rows == 4 && columns == Width && Source.Column == 1)
            {
                Interleave(source, to);
                return;
            }

            byte flip = Source.Flip;
            if (rows == 4 && columns == Width && Source.Depth == 1)
            {
                for (int n = 0; n < Width; n++, source += Source.Column, to += 4)
                {
                    *(uint*)to = Order(*(uint*)source ^ (flip * 0x01010101u));
                }

                return;
            }

            for (int n = 0; n < Width; n++, source += Source.Column, to += 4)
            {
                uint four = 0;
                if (n < columns)
                {
                    for (int e = 0; e < rows; e++)
                    {
                        four |= (uint)(source[e * Source.Depth] ^ flip) << (8 * e);
                    }
                }

                *(uint*)to = Order(four);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Interleave(byte* source, byte* to)
        {
            nint step = Source.Depth;
            int second = TTile.Wide ? 16 : 8, third = TTile.Wide ? 8 : 16;
            var four = Int8Lanes.Widen(source).AsUInt32()
                | Vector512.ShiftLeft(Int8Lanes.Widen(source + step).AsUInt32(), second)
                | Vector512.ShiftLeft(Int8Lanes.Widen(source + (2 * step)).AsUInt32(), third)
                | Vector512.ShiftLeft(Int8Lanes.Widen(source + (3 * step)).AsUInt32(), 24);
            (four ^ Vector512.Create(Source.Flip * 0x01010101u)).Store((uint*)to);
        }

        // A row of ones times the panel is the sum of each column.
        private readonly void Totals(in Int8Panels panels, int group, int j, int columns)
        {
            int size = TTile.Wide ? 2 : 1, length = panels.Quads * 4;
            byte* ones = (byte*)Memory.Allocate(Math.Max(1, length) * size, out long bytes);
            for (int i = 0; i < length; i++)
            {
                if (TTile.Wide)
                {
                    ((short*)ones)[i] = 1;
                }
                else
                {
                    ones[i] = 1;
                }
            }

            int* sums = panels.Sums + (j * Width);
            new Span<int>(sums, Width).Clear();
            nint none = 0;
            sbyte* panel = panels.Panel(j);
            int* run = stackalloc int[Width];
            for (int r = 0; r < panels.Runs; r++)
            {
                TTile.Multiply(ones, &none, 1, &none, 1, panels.Quads, panel + ((nint)r * length * Width), 0, 1, run, Width);
                for (int n = 0; n < Width; n++)
                {
                    sums[n] += run[n];
                }
            }

            Memory.Return(ones, bytes);
            if (!panels.Shifted)
            {
                return;
            }

            int* zeros = panels.Zeros + (j * Width);
            for (int n = 0; n < Width; n++)
            {
                zeros[n] = n < columns ? Source.Zero(group, (j * Width) + n) : 0;
                sums[n] -= panels.Runs * panels.Length * zeros[n];
            }
        }
    }
}
