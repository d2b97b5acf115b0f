using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Mettle.Data;

/// <summary>Turns away bytes that are not UTF-8 text before the parser sees them.</summary>
internal static class CsvText
{
    // All below a blank, and DEL; tab, line feed and carriage return are text.
    private static readonly SearchValues<byte> ControlBytes =
        SearchValues.Create([.. Enumerable.Range(0, 32).Append(127).Except([9, 10, 13]).Select(b => (byte)b)]);

    /// <exception cref="DataException">A UTF-16 mark, a control byte or bytes that are not UTF-8; names the line.</exception>
    public static void Require(ReadOnlySpan<byte> bytes, string path, string mend = "Save the file as UTF-8.")
    {
        RequireText(bytes, path);
        if (Utf8.IsValid(bytes))
            return;
        int at = FirstInvalid(bytes);
        throw new DataException($"The byte 0x{bytes[at]:x2} is not UTF-8.", mend, path, LineAt(bytes, at));
    }

    /// <exception cref="DataException">A UTF-16 mark or a control byte; names the line.</exception>
    public static void RequireText(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]))
            throw new DataException("The text is UTF-16.", "Save it as UTF-8.", path);
        int control = bytes.IndexOfAny(ControlBytes);
        if (control >= 0)
            throw new DataException(
                $"There is a {(bytes[control] == 0 ? "NUL byte" : $"control byte 0x{bytes[control]:x2}")}: this is not a text file.",
                "Name a CSV file in UTF-8, plain or gzip, or take the byte out.", path, LineAt(bytes, control));
    }

    private static int LineAt(ReadOnlySpan<byte> bytes, int offset) => bytes[..offset].Count((byte)'\n') + 1;

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == OperationStatus.Done)
            at += length;
        return at;
    }
}
