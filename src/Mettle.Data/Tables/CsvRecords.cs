using System.Runtime.InteropServices;
using CsvHelper;

namespace Mettle.Data;

/// <summary>One pass over the records of a CSV text; every fault of the parser becomes a <see cref="DataException"/>.</summary>
internal sealed class CsvRecords : IDisposable
{
    private readonly string _path;
    private readonly CsvOptions _options;
    private readonly CsvHelper.CsvReader _reader;
    private int _line;

    public CsvRecords(string path, ReadOnlyMemory<byte> text, CsvOptions options)
    {
        _path = path;
        _options = options;
        if (!MemoryMarshal.TryGetArray(text, out ArraySegment<byte> array))
            throw new ArgumentException("The text must lie in an array.", nameof(text));
        // Through a stream, not from memory: only then does the parser hold to its record limit.
        MemoryStream stream = new(array.Array!, array.Offset, array.Count, writable: false);
        _reader = CsvHelper.CsvReader.Create(stream, new CsvReaderOptions
        {
            Separator = options.Delimiter,
            DetectSeparatorHint = false,
            HasHeader = false,
            TrimWhitespace = true,
            TrackLineNumbers = true,
            MalformedData = CsvMalformedDataHandling.Throw,
            MaxRecordSize = Math.Max(256, options.MaxRecordBytes),
        });
    }

    /// <summary>Line on which the current record begins.</summary>
    public int Line => _line;

    /// <summary>Number of fields of the current record.</summary>
    public int FieldCount => _reader.FieldCount;

    /// <summary>Steps to the next record; blank lines are passed over.</summary>
    public bool Read()
    {
        try
        {
            if (!_reader.Read())
                return false;
        }
        catch (CsvFormatException e)
        {
            int? line = e.LineNumber > 0 ? (int)e.LineNumber : _line + 1;
            throw new DataException(
                $"The record is malformed: {Reason(e)}.", "Close every quote, double a quote that is part of a text, and check the delimiter.", _path, line, inner: e);
        }
        _line = (int)_reader.LineNumber;
        if (_reader.FieldCount > _options.MaxColumns)
            throw new DataException(
                $"There are {_reader.FieldCount} fields, the limit is {_options.MaxColumns}.",
                "Check the delimiter, or raise MaxColumns.", _path, _line);
        return true;
    }

    /// <summary>A field's text without surrounding blanks and quotes; valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Field(int column) => _reader.GetSpan(column);

    /// <summary>A field as a string.</summary>
    public string Text(int column) => _reader.GetString(column);

    public void Dispose() => _reader.Dispose();

    // The parser's sentence is "Malformed CSV in record 2 (line 2): a quoted field that is never closed (byte offset 10)."
    private static string Reason(CsvFormatException e)
    {
        int start = e.Message.IndexOf("): ", StringComparison.Ordinal);
        int end = e.Message.LastIndexOf(" (byte", StringComparison.Ordinal);
        return start >= 0 && end > start ? e.Message[(start + 3)..end] : e.Message.TrimEnd('.');
    }
}
