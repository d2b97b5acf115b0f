using System.Globalization;

namespace Mettle.Data;

/// <summary>Reads what stands in headers of .npy files: a dictionary of strings, True or False, and tuples of whole numbers.</summary>
internal sealed class PythonLiteral(string text, string place)
{
    private int at;

    /// <summary>The whole text as a dictionary; values are <see cref="string"/>, <see cref="bool"/>, <c>long[]</c>, or null for a list.</summary>
    public Dictionary<string, object?> Dictionary()
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        Expect('{');
        while (!Take('}'))
        {
            string key = Text();
            Expect(':');
            if (!fields.TryAdd(key, Value()))
                throw Bad();
            if (!Take(','))
            {
                Expect('}');
                break;
            }
        }
        return Next() == '\0' && at >= text.Length ? fields : throw Bad();
    }

    private object? Value()
    {
        switch (Next())
        {
            case '(':
                return Tuple();
            case '[':
                // The fields of records; none of them can be read, so where they end does not matter.
                at = text.LastIndexOf(']') + 1;
                return at > 0 ? null : throw Bad();
            case '\'' or '"':
                return Text();
            default:
                return Word("True") || (Word("False") ? false : throw Bad());
        }
    }

    private long[] Tuple()
    {
        var sizes = new List<long>();
        Expect('(');
        while (!Take(')'))
        {
            Next();
            int from = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            if (!long.TryParse(text.AsSpan(from, at - from), NumberStyles.None, CultureInfo.InvariantCulture, out long size))
                throw Bad();
            sizes.Add(size);
            // Python 2 wrote long integers with an L behind.
            Take('L');
            if (!Take(','))
            {
                Expect(')');
                break;
            }
        }
        return [.. sizes];
    }

    private string Text()
    {
        char quote = Next();
        int end = quote is '\'' or '"' ? text.IndexOf(quote, at + 1) : -1;
        if (end < 0)
            throw Bad();
        string value = text[(at + 1)..end];
        at = end + 1;
        return value;
    }

    private bool Word(string word)
    {
        bool here = string.CompareOrdinal(text, at, word, 0, word.Length) == 0;
        at += here ? word.Length : 0;
        return here;
    }

    private void Expect(char c)
    {
        if (!Take(c))
            throw Bad();
    }

    private bool Take(char c)
    {
        bool here = Next() == c && at < text.Length;
        at += here ? 1 : 0;
        return here;
    }

    private char Next()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        return at < text.Length ? text[at] : '\0';
    }

    private DataException Bad() => new($"Its header cannot be read from character {at + 1} on: {DataException.Quote(text.Trim())}.", "Write the file with numpy.save.", place);
}
