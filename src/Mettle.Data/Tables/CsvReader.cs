using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Mettle.Data;

/// <summary>
/// Reads a CSV file (RFC 4180, UTF-8, plain or gzip) into a <see cref="Table"/>.
/// A column whose kind is not declared is numeric if every value in it is a number, else categorical; one in which nine
/// tenths or more are numbers but not all must be declared, since a typing error would otherwise turn it into names.
/// </summary>
public static class CsvReader
{
    /// <summary>Reads the whole file.</summary>
    /// <exception cref="DataException">
    /// The file is missing, a directory, empty, too large, broken gzip or not UTF-8; a record has the wrong number of fields
    /// or bad quotes; names are repeated; a value does not fit its column; there are no rows. Names file, line and column.
    /// </exception>
    public static Table Read(string path, CsvOptions? options = null)
    {
        options ??= new CsvOptions();
        RequireDelimiter(options.Delimiter, path);
        ReadOnlyMemory<byte> text = SourceFile.Read(path, Math.Min(options.MaxBytes, Array.MaxLength));
        CsvText.Require(text.Span, path);
        CsvColumns columns = CsvColumns.Open(path, text, options);
        ImmutableArray<int> lines = columns.Infer();
        return new Table(columns.Build(lines), path, lines);
    }

    /// <summary>Reads a file of the same columns as another table's (a test part), with that table's kinds.</summary>
    /// <exception cref="DataException">As <see cref="Read"/>; also when a column of <paramref name="schema"/> is not in the file.</exception>
    public static Table ReadLike(Table schema, string path, CsvOptions? options = null) =>
        Read(path, (options ?? new CsvOptions()) with
        {
            Numeric = [.. schema.Columns.OfType<NumericColumn>().Select(column => column.Name)],
            Categorical = [.. schema.Columns.OfType<CategoricalColumn>().Select(column => column.Name)],
        });

    /// <summary>The fields of the first record, whether names or values.</summary>
    /// <exception cref="DataException">As <see cref="Read"/>.</exception>
    public static ImmutableArray<string> FirstRecord(string path, CsvOptions? options = null)
    {
        options ??= new CsvOptions();
        RequireDelimiter(options.Delimiter, path);
        ReadOnlyMemory<byte> text = SourceFile.Read(path, Math.Min(options.MaxBytes, Array.MaxLength));
        CsvText.Require(text.Span, path);
        using CsvRecords records = new(path, text, options);
        if (!records.Read())
            throw new DataException("There are no records, only blank lines.", "Fetch or export the file again.", path);
        return [.. Enumerable.Range(0, records.FieldCount).Select(records.Text)];
    }

    private static void RequireDelimiter(char delimiter, string path)
    {
        if (!char.IsAscii(delimiter) || delimiter is '"' or '\r' or '\n' or '\0' || char.IsAsciiLetterOrDigit(delimiter))
        {
            throw new DataException(
                string.Create(CultureInfo.InvariantCulture, $"The character U+{(int)delimiter:X4} cannot be a delimiter."),
                "Use a comma, a semicolon, a tab, a bar or another ASCII sign.", path);
        }
    }
}
