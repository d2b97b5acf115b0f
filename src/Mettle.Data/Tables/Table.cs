using System.Collections.Immutable;

namespace Mettle.Data;

/// <summary>An immutable table of typed columns of equal length, which remembers where its rows came from.</summary>
public sealed class Table
{
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly ImmutableArray<int> _lines;

    /// <summary>Puts columns together.</summary>
    /// <param name="columns">At least one; equal lengths, distinct names.</param>
    /// <param name="source">The file the rows came from, for messages; null when they came from code.</param>
    /// <param name="lines">Per row the line of <paramref name="source"/> it begins on; default when unknown.</param>
    /// <exception cref="ArgumentException">No columns, unequal lengths or equal names.</exception>
    public Table(ImmutableArray<Column> columns, string? source = null, ImmutableArray<int> lines = default)
    {
        if (columns.IsDefaultOrEmpty)
            throw new ArgumentException("A table needs at least one column.", nameof(columns));
        RowCount = columns[0].Length;
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i].Length != RowCount)
                throw new ArgumentException($"Column '{columns[i].Name}' has {columns[i].Length} rows, the first has {RowCount}.", nameof(columns));
            if (!_index.TryAdd(columns[i].Name, i))
                throw new ArgumentException($"Two columns are named '{columns[i].Name}'.", nameof(columns));
        }
        if (!lines.IsDefault && lines.Length != RowCount)
            throw new ArgumentException($"{lines.Length} line numbers for {RowCount} rows.", nameof(lines));
        Columns = columns;
        Source = source;
        _lines = lines;
    }

    /// <summary>The columns in file order.</summary>
    public ImmutableArray<Column> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>The file the rows came from; null when they came from code.</summary>
    public string? Source { get; }

    /// <summary>The columns' names in file order.</summary>
    public ImmutableArray<string> Names => [.. Columns.Select(column => column.Name)];

    /// <summary>The column of that name.</summary>
    /// <exception cref="DataException">There is none; the message names the nearest.</exception>
    public Column this[string name] => _index.TryGetValue(name, out int i) ? Columns[i] : throw NoColumn(name, Names, Source);

    /// <summary>Whether a column of that name exists.</summary>
    public bool Has(string name) => _index.ContainsKey(name);

    /// <summary>The line of <see cref="Source"/> on which a row begins, counted from 1; null when unknown.</summary>
    public int? LineOf(int row) => _lines.IsDefault ? null : _lines[row];

    /// <summary>The chosen rows, in the order given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A row is outside the table.</exception>
    public Table Take(ReadOnlySpan<int> rows)
    {
        foreach (int row in rows)
        {
            if ((uint)row >= (uint)RowCount)
                throw new ArgumentOutOfRangeException(nameof(rows), row, $"The table has {RowCount} rows.");
        }
        var columns = ImmutableArray.CreateBuilder<Column>(Columns.Length);
        foreach (Column column in Columns)
            columns.Add(column.Take(rows));
        ImmutableArray<int> lines = default;
        if (!_lines.IsDefault)
        {
            var taken = ImmutableArray.CreateBuilder<int>(rows.Length);
            foreach (int row in rows)
                taken.Add(_lines[row]);
            lines = taken.MoveToImmutable();
        }
        return new Table(columns.MoveToImmutable(), Source, lines);
    }

    /// <summary>The table without the named columns (an identifier, a weight).</summary>
    /// <exception cref="DataException">A name is not in the table, or no column would remain.</exception>
    public Table Without(params ReadOnlySpan<string> names)
    {
        HashSet<string> gone = new(StringComparer.Ordinal);
        foreach (string name in names)
            gone.Add(this[name].Name);
        ImmutableArray<Column> kept = Columns.RemoveAll(column => gone.Contains(column.Name));
        if (kept.IsEmpty)
            throw new DataException("No column would remain.", "Leave at least one column in.", Source);
        return new Table(kept, Source, _lines);
    }

    internal static DataException NoColumn(string name, IReadOnlyList<string> names, string? source)
    {
        string nearest = Nearest.To(name, names) is { } near
            ? $"Did you mean {DataException.Quote(near)}?"
            : $"The columns are {string.Join(", ", names.Take(20).Select(DataException.Quote))}{(names.Count > 20 ? ", ..." : "")}.";
        return new DataException("There is no column of this name.", nearest, source, column: name);
    }
}
