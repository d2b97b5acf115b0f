using System.Text;

namespace Mettle.Data.Tests;

/// <summary>A slow, plain reading of RFC 4180 with blanks trimmed outside quotes: what the fast reader must agree with.</summary>
internal static class CsvOracle
{
    /// <summary>The records of a well-formed text; blank lines are left out.</summary>
    public static List<string[]> Records(string text)
    {
        List<string[]> records = [];
        int at = text.StartsWith('\uFEFF') ? 1 : 0;
        while (at < text.Length)
        {
            List<string> fields = [];
            int start = at;
            bool more = true;
            while (more)
            {
                fields.Add(Field(text, ref at));
                more = at < text.Length && text[at] == ',';
                at += more ? 1 : 0;
            }
            string raw = text[start..at];
            if (at < text.Length)
                at += text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1;
            if (raw.Trim(' ', '\t').Length > 0)
                records.Add([.. fields]);
        }
        return records;
    }

    private static string Field(string text, ref int at)
    {
        int first = at;
        while (first < text.Length && text[first] is ' ' or '\t')
            first++;
        if (first == text.Length || text[first] != '"')
        {
            int end = text.AsSpan(at).IndexOfAny(",\r\n") is var length and >= 0 ? at + length : text.Length;
            string plain = text[at..end].Trim(' ', '\t');
            at = end;
            return plain;
        }
        StringBuilder quoted = new();
        for (at = first + 1; text[at] != '"' || (at + 1 < text.Length && text[at + 1] == '"'); at++)
        {
            quoted.Append(text[at]);
            at += text[at] == '"' ? 1 : 0;
        }
        at++;
        while (at < text.Length && text[at] is ' ' or '\t')
            at++;
        return quoted.ToString();
    }
}
