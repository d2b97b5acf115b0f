using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Mettle.Data;

/// <summary>The columns of one CSV text: first their kinds are settled, then their values are read.</summary>
internal sealed class CsvColumns
{
    private enum Kind
    {
        Unknown,
        Numeric,
        Categorical,
    }

    private readonly string _path;
    private readonly ReadOnlyMemory<byte> _text;
    private readonly CsvOptions _options;
    private readonly string[] _names;
    private readonly Kind[] _kinds;
    private readonly byte[][] _missing;
    private readonly byte[] _trim;
    private readonly int _target;

    private CsvColumns(string path, ReadOnlyMemory<byte> text, CsvOptions options, string[] names)
    {
        _path = path;
        _text = text;
        _options = options;
        _names = names;
        _missing = [.. options.Missing.Select(Encoding.UTF8.GetBytes)];
        _trim = Encoding.UTF8.GetBytes(options.TrimTarget);
        _target = options.Target is null ? -1 : IndexOf(options.Target);
        _kinds = new Kind[names.Length];
        foreach (string name in options.Numeric)
            _kinds[IndexOf(name)] = Kind.Numeric;
        foreach (string name in options.Categorical)
        {
            int i = IndexOf(name);
            if (_kinds[i] == Kind.Numeric)
                throw new DataException("The column is declared numeric and categorical.", "Keep one of the two.", path, column: name);
            _kinds[i] = Kind.Categorical;
        }
    }

    /// <summary>Settles the names from the first record and the options.</summary>
    public static CsvColumns Open(string path, ReadOnlyMemory<byte> text, CsvOptions options)
    {
        using CsvRecords records = new(path, text, options);
        if (!records.Read())
            throw new DataException("There are no records, only blank lines.", "Fetch or export the file again.", path);
        string[] names = new string[records.FieldCount];
        if (options.Names is { } given && given.Count != names.Length)
            throw new DataException(
                $"{given.Count} names are given but the record has {names.Length} fields.",
                "Give one name per field, or check the delimiter.", path, records.Line);
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            string name = options.Names?[i] ?? (options.Header ? records.Text(i) : "");
            names[i] = name.Length > 0 ? name : $"c{i}";
            if (!seen.TryAdd(names[i], i))
            {
                string mend = options.Header ? "Rename one, or give names of your own for all ('names'); if the file has no header, say so." : "Rename one.";
                throw new DataException($"Fields {seen[names[i]] + 1} and {i + 1} have the same name.", mend, path, records.Line, names[i]);
            }
        }
        return new CsvColumns(path, text, options, names);
    }

    /// <summary>First pass: checks every record's length, settles undeclared kinds; returns the line of each row.</summary>
    public ImmutableArray<int> Infer()
    {
        var lines = ImmutableArray.CreateBuilder<int>();
        Evidence[] evidence = new Evidence[_names.Length];
        using (CsvRecords records = OpenRows())
        {
            while (records.Read())
            {
                if (records.FieldCount != _names.Length)
                    throw new DataException(
                        $"The record has {records.FieldCount} fields, {_names.Length} were expected.",
                        "Add or remove fields, quote a text that holds the delimiter, or check the delimiter.", _path, records.Line);
                lines.Add(records.Line);
                for (int i = 0; i < _names.Length; i++)
                {
                    if (_kinds[i] == Kind.Unknown)
                        evidence[i].Add(Value(records, i), this, records.Line);
                }
            }
        }
        if (lines.Count == 0)
            throw new DataException(
                "There are no rows below the header.",
                _options.Header ? "If the file has no header, say so." : "Export the file again.", _path);
        for (int i = 0; i < _names.Length; i++)
        {
            if (_kinds[i] == Kind.Unknown)
                _kinds[i] = Settle(evidence[i], _names[i]);
        }
        return lines.DrainToImmutable();
    }

    /// <summary>Second pass: the values.</summary>
    public ImmutableArray<Column> Build(ImmutableArray<int> lines)
    {
        double[]?[] numbers = [.. _kinds.Select(kind => kind == Kind.Numeric ? new double[lines.Length] : null)];
        LevelCoder?[] levels = [.. _kinds.Select(kind => kind == Kind.Categorical ? new LevelCoder(lines.Length) : null)];
        using (CsvRecords records = OpenRows())
        {
            for (int row = 0; records.Read(); row++)
            {
                for (int i = 0; i < _names.Length; i++)
                {
                    ReadOnlySpan<byte> value = Value(records, i);
                    bool missing = IsMissing(value);
                    if (numbers[i] is { } column)
                        column[row] = missing ? double.NaN : Finite(value, records.Line, _names[i]);
                    else
                        levels[i]!.Add(row, value, missing);
                }
            }
        }
        return [.. _names.Select((name, i) => numbers[i] is { } values
            ? (Column)new NumericColumn(name, ImmutableCollectionsMarshal.AsImmutableArray(values))
            : levels[i]!.Finish(name))];
    }

    private CsvRecords OpenRows()
    {
        CsvRecords records = new(_path, _text, _options);
        if (_options.Header)
            records.Read();
        return records;
    }

    private ReadOnlySpan<byte> Value(CsvRecords records, int column)
    {
        ReadOnlySpan<byte> value = records.Field(column);
        return column == _target ? value.TrimEnd(_trim) : value;
    }

    private bool IsMissing(ReadOnlySpan<byte> value)
    {
        foreach (byte[] token in _missing)
        {
            if (value.SequenceEqual(token))
                return true;
        }
        return false;
    }

    private double Finite(ReadOnlySpan<byte> text, int line, string column)
    {
        NumberText kind = Number.Read(text, out double value);
        if (kind == NumberText.Finite)
            return value;
        string shown = DataException.Quote(Encoding.UTF8.GetString(text));
        throw kind == NumberText.NotFinite
            ? new DataException($"{shown} is not a finite number.", "Correct it, or list it among the missing values.", _path, line, column)
            : new DataException(
                $"{shown} is not a number.",
                "Correct it, list it among the missing values, or declare the column categorical.", _path, line, column);
    }

    private Kind Settle(Evidence evidence, string name)
    {
        if (evidence.Names == 0)
            return evidence.Numbers > 0 || evidence.NotFinite == 0 ? Kind.Numeric : Kind.Categorical;
        long numbers = evidence.Numbers;
        if (numbers * 10 < (numbers + evidence.Names) * 9)
            return Kind.Categorical;
        throw new DataException(
            $"{numbers} of {numbers + evidence.Names} values are numbers but {DataException.Quote(evidence.FirstName!)} is not.",
            "Correct it, list it among the missing values, or declare the column categorical.", _path, evidence.FirstLine, name);
    }

    private int IndexOf(string name)
    {
        int i = Array.IndexOf(_names, name);
        return i >= 0 ? i : throw Table.NoColumn(name, _names, _path);
    }

    /// <summary>What the values of an undeclared column look like.</summary>
    private struct Evidence
    {
        public int Numbers;
        public int NotFinite;
        public int Names;
        public string? FirstName;
        public int FirstLine;

        public void Add(ReadOnlySpan<byte> value, CsvColumns columns, int line)
        {
            if (columns.IsMissing(value))
                return;
            switch (Number.Read(value, out _))
            {
                case NumberText.Finite:
                    Numbers++;
                    break;
                case NumberText.NotFinite:
                    NotFinite++;
                    break;
                default:
                    if (Names++ == 0)
                        (FirstName, FirstLine) = (Encoding.UTF8.GetString(value), line);
                    break;
            }
        }
    }
}
