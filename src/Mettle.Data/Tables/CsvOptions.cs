namespace Mettle.Data;

/// <summary>How to read a CSV file.</summary>
public sealed record CsvOptions
{
    /// <summary>Texts that stand for "no value" when nothing else is said; compared exactly, after trimming.</summary>
    public static IReadOnlyList<string> DefaultMissing { get; } = ["", "?", "NA", "N/A", "n/a", "nan", "NaN", "null", "NULL"];

    /// <summary>Whether the first record holds the columns' names.</summary>
    public bool Header { get; init; } = true;

    /// <summary>The columns' names; with a header they replace it. Null: the header's, or c0, c1, ... without one.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The character between fields. Blanks around a field are not part of it.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>Texts that stand for "no value"; compared exactly, after trimming.</summary>
    public IReadOnlyList<string> Missing { get; init; } = DefaultMissing;

    /// <summary>Columns that must be numeric: any other text in them is an error.</summary>
    public IReadOnlyList<string> Numeric { get; init; } = [];

    /// <summary>Columns to read as names even where they look like numbers (a postcode, a class "0" to "9").</summary>
    public IReadOnlyList<string> Categorical { get; init; } = [];

    /// <summary>The column that <see cref="TrimTarget"/> applies to; must exist when given.</summary>
    public string? Target { get; init; }

    /// <summary>Characters cut from the end of the target's values; "." for the test part of UCI Adult.</summary>
    public string TrimTarget { get; init; } = "";

    /// <summary>Largest size in bytes after decompression; 2 GiB is the most there can be.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Longest record in bytes; a quote that is never closed is noticed here at the latest.</summary>
    public int MaxRecordBytes { get; init; } = 1 << 24;

    /// <summary>Most columns a file may have.</summary>
    public int MaxColumns { get; init; } = 1 << 14;
}
