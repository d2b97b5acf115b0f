using System.Collections.Immutable;
using System.Globalization;
using Mettle.Data;
using Mettle.Onnx;
using Mettle.Runs;

namespace Mettle.Cli.Inputs;

/// <summary>
/// Rows of a CSV file. Of a model that says how its table is encoded, the columns by their names; of others, columns of numbers:
/// by the inputs' names where the file has them, else in order.
/// </summary>
internal sealed class TableInputs : ModelInputs
{
    private readonly Table _table;
    private readonly Dictionary<string, OnnxValue> _values = new(StringComparer.Ordinal);

    private TableInputs(Table table, string[]? truth) => (_table, Truth) = (table, truth);

    public override int Rows => _table.RowCount;

    public override IReadOnlyList<string>? Truth { get; }

    public static TableInputs Read(OnnxModel model, InputPort[] ports, string path)
    {
        var notes = model.Metadata;
        CsvForm? form = notes.TryGetValue(ModelNotes.Csv, out string? csv) ? CsvForm.FromJson(csv, model.Source) : null;
        TableEncoder? encoder = notes.TryGetValue(ModelNotes.Encoder, out string? json) ? TableEncoder.FromJson(json, model.Source) : null;
        string? target = notes.GetValueOrDefault(ModelNotes.Target);
        var options = new CsvOptions
        {
            Delimiter = form is not null ? form.Delimiter[0] : path.Contains(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',',
            Missing = form?.Missing ?? CsvOptions.DefaultMissing,
        };
        options = Named(options, CsvReader.FirstRecord(path, options), form, target, path);
        if (options.Target is not null) options = options with { TrimTarget = form!.TrimTarget, Categorical = [options.Target] };
        if (encoder is not null)
            options = options with { Numeric = [.. encoder.Numeric.Select(n => n.Name)], Categorical = [.. encoder.Categorical.Select(c => c.Name).Concat(options.Categorical)] };

        Table table = CsvReader.Read(path, options);
        string[]? truth = options.Target is null || ((CategoricalColumn)table[options.Target]).MissingCount > 0
            ? null
            : [.. ((CategoricalColumn)table[options.Target]).Codes.Select(c => ((CategoricalColumn)table[options.Target]).Levels[c])];
        var inputs = new TableInputs(table, truth);
        if (encoder is not null) inputs.Encode(encoder, ports, model);
        else inputs.Assign(ports, [.. table.Columns.Where(c => c.Name != options.Target)], path);
        return inputs;
    }

    public override string Name(int row) => (row + 1).ToString(CultureInfo.InvariantCulture);

    public override IReadOnlyDictionary<string, OnnxValue> Load(int from, int count) => _values.ToDictionary(
        v => v.Key,
        OnnxValue (v) => v.Value is TextValue text
            ? new TextValue([.. text.Texts.Skip(from).Take(count)], text.Shape.With(0, count))
            : ((TensorValue)v.Value) with { Tensor = ((TensorValue)v.Value).Tensor.Narrow(0, from, from + count) },
        StringComparer.Ordinal);

    // A first record of names is told by the names it must hold, or by not being numbers.
    private static CsvOptions Named(CsvOptions options, ImmutableArray<string> first, CsvForm? form, string? target, string path)
    {
        if (form is null) return options with { Header = !first.All(f => double.TryParse(f, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || options.Missing.Contains(f, StringComparer.Ordinal)) };
        string[] features = [.. form.Columns.Where(c => c != target)];
        bool header = first.Intersect(form.Columns, StringComparer.Ordinal).Count() * 2 > features.Length;
        if (header) return options with { Target = target is not null && first.Contains(target) ? target : null };
        if (first.Length == form.Columns.Count) return options with { Header = false, Names = form.Columns, Target = target };
        return first.Length == features.Length
            ? options with { Header = false, Names = features }
            : throw new BadInputException($"{path}, line 1: has {first.Length} fields and no names; give a line of names, or the {form.Columns.Count} columns of the training rows in their order ({string.Join(", ", form.Columns.Take(8))}{(form.Columns.Count > 8 ? ", ..." : "")}), '{target}' may be left out");
    }

    private void Encode(TableEncoder encoder, InputPort[] ports, OnnxModel model)
    {
        EncodedTable rows = encoder.EncodeFeatures(_table);
        foreach (InputPort port in ports)
        {
            Tensor all = port.Name switch
            {
                "features" => Tensor.From(rows.Numeric, [Rows, rows.NumericNames.Length]),
                "codes" => Tensor.From([.. rows.Categorical.Select(c => (long)c)], [Rows, rows.CategoricalNames.Length]),
                _ => throw new BadInputException($"{model.Source}: has an encoder but also the input {port}; its notes do not belong to it, export it again"),
            };
            Put(port, all);
        }
    }

    private void Assign(InputPort[] ports, Column[] columns, string path)
    {
        foreach (var (port, own) in Chosen(ports, columns, path))
        {
            if (port.Element == ElementType.Text)
            {
                Text(port, own);
                continue;
            }

            float[] values = new float[checked(Rows * own.Length)];
            double[] exact = port.Element is ElementType.F32 or ElementType.F16 or ElementType.BF16 ? [] : new double[values.Length];
            for (int c = 0; c < own.Length; c++)
            {
                var numbers = own[c] as NumericColumn ?? throw new BadInputException($"{path}, column '{own[c].Name}': holds names, but the model's input {port} takes numbers; leave the column out or encode it");
                for (int row = 0; row < Rows; row++)
                {
                    if (numbers.IsMissing(row)) throw new BadInputException($"{path}, line {_table.LineOf(row)}, column '{numbers.Name}': the value is missing, and the model takes numbers only; fill it in or take the row out");
                    values[(row * own.Length) + c] = (float)numbers.Values[row];
                    if (exact.Length > 0) exact[(row * own.Length) + c] = numbers.Values[row];
                }
            }

            Tensor all = exact.Length > 0 ? Tensor.From(exact) : Tensor.From(values);
            Put(port, all.Reshape(port.Dims is { Length: 1 } ? [Rows] : port.RowSize is not null ? port.RowShape(Rows) : [Rows, own.Length]));
        }
    }

    private IEnumerable<(InputPort Port, Column[] Columns)> Chosen(InputPort[] ports, Column[] columns, string path)
    {
        var byName = ports.Select(p => (p, Of(p))).ToList();
        if (byName.TrueForAll(n => n.Item2 is not null)) return byName.Select(n => (n.p, n.Item2!));
        if (ports.Length == 1 && (ports[0].RowSize ?? columns.Length) == columns.Length) return [(ports[0], columns)];
        int?[] sizes = [.. ports.Select(p => p.RowSize)];
        if (Array.TrueForAll(sizes, s => s is not null) && sizes.Sum(s => (long)s!.Value) == columns.Length)
        {
            int at = 0;
            return [.. ports.Select((p, i) => (p, columns[at..(at += sizes[i]!.Value)]))];
        }

        string wants = string.Join(", ", ports.Select(p => $"{p}, {(p.RowSize is { } s ? $"{s} {(s == 1 ? "column" : "columns")}" : "any number of columns")}"));
        throw new BadInputException($"{path}: has {columns.Length} columns, but the model takes {wants}; leave columns out, or name them as the inputs (NAME, or NAME_0, NAME_1, ...)");

        Column[]? Of(InputPort port)
        {
            if (port.RowSize is null or 1 && _table.Has(port.Name)) return [_table[port.Name]];
            return port.RowSize is { } size && Enumerable.Range(0, Math.Min(size, columns.Length + 1)).All(i => _table.Has($"{port.Name}_{i}"))
                ? [.. Enumerable.Range(0, size).Select(i => _table[$"{port.Name}_{i}"])]
                : null;
        }
    }

    private void Text(InputPort port, Column[] columns)
    {
        string[] texts = [.. Enumerable.Range(0, Rows).SelectMany(row => columns.Select(c => c switch
        {
            CategoricalColumn names => names.Codes[row] < 0 ? "" : names.Levels[names.Codes[row]],
            _ => ((NumericColumn)c).Values[row].ToString("R", CultureInfo.InvariantCulture),
        }))];
        _values[port.Name] = new TextValue(texts, port.Dims is { Length: 1 } ? [Rows] : [Rows, columns.Length]);
    }

    private void Put(InputPort port, Tensor all)
    {
        TensorValue value = port.Value(all, $"{_table.Source}, input '{port.Name}'");
        _values[port.Name] = value with { Tensor = value.Tensor.Persist() };
    }
}
