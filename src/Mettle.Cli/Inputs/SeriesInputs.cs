using System.Globalization;
using Mettle.Data;
using Mettle.Onnx;
using Mettle.Runs;

namespace Mettle.Cli.Inputs;

/// <summary>Every window of the series in a CSV file, for a model that says how windows are cut; the last one looks beyond the file's end.</summary>
internal sealed class SeriesInputs : ModelInputs
{
    private readonly InputPort _port;
    private readonly SeriesForm _form;
    private readonly float[] _values;
    private readonly string _path;

    private SeriesInputs(InputPort port, SeriesForm form, float[] values, int rows, string path) => (_port, _form, _values, Rows, _path) = (port, form, values, rows, path);

    public override int Rows { get; }

    /// <summary>Reads the columns by their names.</summary>
    public static SeriesInputs Read(OnnxModel model, InputPort[] ports, string path, string note)
    {
        var form = SeriesForm.FromJson(note, model.Source);
        if (ports is not [var port] || port.RowSize != form.Window * form.Columns.Count)
            throw new BadInputException($"{model.Source}: says how windows are cut but takes {string.Join(", ", ports.Select(p => p.ToString()))}; its notes do not belong to it, export it again");
        Table table = CsvReader.Read(path, new CsvOptions { Delimiter = form.Delimiter[0], Numeric = form.Columns });
        if (table.RowCount < form.Window) throw new BadInputException($"{path}: has {table.RowCount} steps; the model takes windows of {form.Window}");
        return new SeriesInputs(port, form, SeriesForm.Values(table, form.Columns), table.RowCount - form.Window + 1, path)
        {
            Notes = { $"Row 1 is the window of steps 1 to {form.Window}; the prediction is for the step {form.Horizon} after a window's last." },
        };
    }

    public override string Name(int row) => (row + 1).ToString(CultureInfo.InvariantCulture);

    public override IReadOnlyDictionary<string, OnnxValue> Load(int from, int count)
    {
        int columns = _form.Columns.Count, size = _form.Window * columns;
        float[] windows = new float[checked(count * size)];
        for (int i = 0; i < count; i++) _values.AsSpan((from + i) * columns, size).CopyTo(windows.AsSpan(i * size));
        return new Dictionary<string, OnnxValue>(StringComparer.Ordinal)
        {
            [_port.Name] = _port.Value(Tensor.From(windows).Reshape(count, _form.Window, columns), $"{_path}, input '{_port.Name}'"),
        };
    }
}
