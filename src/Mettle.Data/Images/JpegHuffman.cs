namespace Mettle.Data;

/// <summary>A table of codes: canonical, shorter ones first (ITU-T T.81, annex C).</summary>
internal sealed class JpegHuffman
{
    private readonly int[] first = new int[17], start = new int[17], counts = new int[17];
    private readonly byte[] symbols;

    /// <param name="lengths">Number of codes of 1 to 16 bits.</param>
    /// <param name="symbols">What they stand for, as many as there are codes.</param>
    /// <exception cref="ArgumentException">There are more codes of a length than fit.</exception>
    public JpegHuffman(ReadOnlySpan<byte> lengths, ReadOnlySpan<byte> symbols)
    {
        this.symbols = symbols.ToArray();
        int code = 0, at = 0;
        for (int length = 1; length <= 16; length++)
        {
            (first[length], start[length], counts[length]) = (code, at, lengths[length - 1]);
            code += counts[length];
            at += counts[length];
            if (code > 1 << length)
                throw new ArgumentException("The codes do not fit their lengths.", nameof(lengths));
            code <<= 1;
        }
    }

    /// <summary>What a code of that length stands for; -1 if it is none.</summary>
    public int Find(int code, int length)
    {
        int place = code - first[length];
        return place >= 0 && place < counts[length] ? symbols[start[length] + place] : -1;
    }
}
