namespace Mettle.Data;

/// <summary>Bits of a JPEG scan, from the highest on; a zero after 0xFF is stuffing (ITU-T T.81, F.2.2.5).</summary>
internal sealed class JpegBits(byte[] file, string path)
{
    private uint buffer;
    private int held;

    /// <summary>Place of the next byte that was not taken yet.</summary>
    public int At { get; private set; }

    /// <summary>Begins at a byte, with nothing left over.</summary>
    public void Start(int at) => (At, buffer, held) = (at, 0, 0);

    /// <summary>The next 0 to 16 bits.</summary>
    /// <exception cref="DataException">The scan ends before them.</exception>
    public int Take(int count)
    {
        if (count == 0)
            return 0;
        Fill(count);
        held -= count;
        return (int)(buffer >> held) & ((1 << count) - 1);
    }

    /// <summary>The next code of a table.</summary>
    public int Symbol(JpegHuffman table)
    {
        int code = 0;
        for (int length = 1; length <= 16; length++)
        {
            code = (code << 1) | Take(1);
            if (table.Find(code, length) is >= 0 and var symbol)
                return symbol;
        }
        throw Bad("A code that no table has");
    }

    /// <summary>A signed number of so many bits (T.81, F.2.2.1: EXTEND).</summary>
    public int Signed(int bits)
    {
        int value = Take(bits);
        return bits > 0 && value < 1 << (bits - 1) ? value - (1 << bits) + 1 : value;
    }

    /// <summary>A fault at the present place.</summary>
    public DataException Bad(string what) => new($"{what} stands at byte {At}.", "Fetch or write the file again.", path);

    private void Fill(int count)
    {
        while (held < count)
        {
            if (At >= file.Length)
                throw new DataException("The file is cut short.", "Fetch or write it again.", path);
            byte next = file[At];
            if (next == 0xff && (At + 1 >= file.Length || file[At + 1] != 0))
                throw Bad("The end of a scan that is not complete");
            At += next == 0xff ? 2 : 1;
            buffer = (buffer << 8) | next;
            held += 8;
        }
    }
}
