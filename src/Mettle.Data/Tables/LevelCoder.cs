using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Mettle.Data;

/// <summary>Codes the names of one column as they come, then orders the levels so that codes do not depend on row order.</summary>
internal sealed class LevelCoder(int rows)
{
    private readonly int[] _codes = new int[rows];
    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);
    private readonly List<string> _levels = [];

    public void Add(int row, ReadOnlySpan<byte> name, bool missing) => _codes[row] = missing ? -1 : Code(name);

    public CategoricalColumn Finish(string column)
    {
        string[] levels = [.. _levels];
        int[] firstCodes = [.. Enumerable.Range(0, levels.Length)];
        Array.Sort(levels, firstCodes, StringComparer.Ordinal);
        int[] ordered = new int[levels.Length];
        for (int i = 0; i < firstCodes.Length; i++)
            ordered[firstCodes[i]] = i;
        for (int row = 0; row < _codes.Length; row++)
            _codes[row] = _codes[row] < 0 ? -1 : ordered[_codes[row]];
        return new CategoricalColumn(
            column, ImmutableCollectionsMarshal.AsImmutableArray(_codes), ImmutableCollectionsMarshal.AsImmutableArray(levels));
    }

    private int Code(ReadOnlySpan<byte> name)
    {
        char[]? rented = null;
        Span<char> text = name.Length <= 256 ? stackalloc char[256] : rented = ArrayPool<char>.Shared.Rent(name.Length);
        text = text[..Encoding.UTF8.GetChars(name, text)];
        if (!_seen.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out int code))
        {
            string level = text.ToString();
            code = _levels.Count;
            _seen.Add(level, code);
            _levels.Add(level);
        }
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return code;
    }
}
