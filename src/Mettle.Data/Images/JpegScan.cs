namespace Mettle.Data;

/// <summary>One scan: coefficients of some components, all of them or a band of them and a number of bits (ITU-T T.81, annexes F and G).</summary>
/// <param name="frame">Where they go.</param>
/// <param name="bits">The scan's bits.</param>
/// <param name="parts">Components with their tables.</param>
/// <param name="from">First coefficient of the band.</param>
/// <param name="to">Last coefficient of the band.</param>
/// <param name="high">Bits that earlier scans brought; 0: none yet.</param>
/// <param name="low">Bits that later scans will bring.</param>
internal sealed class JpegScan(JpegFrame frame, JpegBits bits, (JpegComponent Component, JpegHuffman? Dc, JpegHuffman? Ac)[] parts, int from, int to, int high, int low)
{
    /// <summary>Places of the coefficients in the order of the file.</summary>
    public static ReadOnlySpan<byte> ZigZag =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    private readonly int[] dc = new int[parts.Length];
    private int run;

    /// <summary>Reads the scan; markers for a new start come every <paramref name="restart"/> units, 0: never.</summary>
    public void Read(byte[] file, int restart)
    {
        bool alone = parts.Length == 1;
        JpegComponent first = parts[0].Component;
        int columns = alone ? first.OwnColumns : frame.Units.Columns, rows = alone ? first.OwnRows : frame.Units.Rows;
        for (int unit = 0; unit < columns * rows; unit++)
        {
            if (restart > 0 && unit > 0 && unit % restart == 0)
                Restart(file);
            var (y, x) = Math.DivRem(unit, columns);
            for (int p = 0; p < parts.Length; p++)
            {
                JpegComponent c = parts[p].Component;
                if (alone)
                {
                    Block(p, c, x, y);
                    continue;
                }
                for (int i = 0; i < c.Across * c.Down; i++)
                    Block(p, c, (x * c.Across) + (i % c.Across), (y * c.Down) + (i / c.Across));
            }
        }
    }

    private void Restart(byte[] file)
    {
        int at = bits.At;
        if (at + 1 >= file.Length || file[at] != 0xff || file[at + 1] is < 0xd0 or > 0xd7)
            throw bits.Bad("No marker for a new start, where one is due,");
        bits.Start(at + 2);
        Array.Clear(dc);
        run = 0;
    }

    private void Block(int part, JpegComponent c, int x, int y)
    {
        Span<short> block = c.Coefficients.AsSpan(((y * c.BlockColumns) + x) * 64, 64);
        if (!frame.Progressive)
        {
            First(part, block);
            Band(part, block, 1, 63);
        }
        else if (from == 0)
        {
            if (high == 0)
                First(part, block);
            else if (bits.Take(1) == 1)
                block[0] |= (short)(1 << low);
        }
        else if (high == 0)
        {
            if (run > 0)
                run--;
            else
                Band(part, block, from, to);
        }
        else
        {
            Refine(part, block);
        }
    }

    private void First(int part, Span<short> block)
    {
        int size = bits.Symbol(parts[part].Dc!);
        if (size > 15)
            throw bits.Bad("A step of more than 15 bits");
        // Kept to 16 bits: no true image leaves them.
        dc[part] = (short)(dc[part] + bits.Signed(size));
        block[0] = (short)(dc[part] << low);
    }

    private void Band(int part, Span<short> block, int first, int last)
    {
        for (int k = first; k <= last; k++)
        {
            var (zeros, size) = Math.DivRem(bits.Symbol(parts[part].Ac!), 16);
            if (size == 0)
            {
                if (zeros == 15)
                {
                    k += 15;
                    continue;
                }
                // The rest of this block, and of so many after it, is zero.
                run = frame.Progressive ? (1 << zeros) + bits.Take(zeros) - 1 : 0;
                return;
            }
            k += zeros;
            if (k > last)
                throw bits.Bad("More coefficients than a block has");
            block[ZigZag[k]] = (short)(bits.Signed(size) << low);
        }
    }

    // T.81, G.1.2.3: one more bit of what is known, and new coefficients of size one in between.
    private void Refine(int part, Span<short> block)
    {
        int k = from;
        if (run == 0)
        {
            for (; k <= to; k++)
            {
                var (zeros, size) = Math.DivRem(bits.Symbol(parts[part].Ac!), 16);
                int fresh = 0;
                if (size == 0 && zeros < 15)
                {
                    run = (1 << zeros) + bits.Take(zeros);
                    break;
                }
                if (size > 1)
                    throw bits.Bad("A new coefficient of more than one bit");
                if (size == 1)
                    fresh = bits.Take(1) == 1 ? 1 << low : -1 << low;
                for (; k <= to; k++)
                {
                    ref short known = ref block[ZigZag[k]];
                    if (known != 0)
                        Correct(ref known);
                    else if (zeros-- == 0)
                        break;
                }
                if (fresh != 0)
                {
                    if (k > to)
                        throw bits.Bad("More coefficients than a band has");
                    block[ZigZag[k]] = (short)fresh;
                }
            }
        }
        if (run == 0)
            return;
        for (; k <= to; k++)
        {
            ref short known = ref block[ZigZag[k]];
            if (known != 0)
                Correct(ref known);
        }
        run--;
    }

    private void Correct(ref short known)
    {
        if (bits.Take(1) == 1 && (Math.Abs((int)known) >> low & 1) == 0)
            known += (short)(known > 0 ? 1 << low : -1 << low);
    }
}
