using System.Globalization;
using Mettle.Data;
using Mettle.Graphs;
using Mettle.Onnx;

namespace Mettle.Cli;

/// <summary>Rows of real inputs of an ONNX model, out of a file, as batches of the shapes that it takes.</summary>
internal sealed class CalibrationData
{
    private readonly string _path;
    private readonly IReadOnlyList<OnnxPort> _ports;
    private readonly IReadOnlyList<Tensor> _arrays;

    private CalibrationData(string path, IReadOnlyList<OnnxPort> ports, IReadOnlyList<Tensor> arrays, int? batch)
    {
        (_path, _ports, _arrays) = (path, ports, arrays);
        Rows = arrays[0].Shape[0];
        Batch = BatchSize(batch);
        for (int i = 0; i < ports.Count; i++) Check(ports[i], arrays[i]);
    }

    /// <summary>Rows in the file.</summary>
    public int Rows { get; }

    /// <summary>Rows that the model takes at once.</summary>
    public int Batch { get; }

    /// <summary>Whether the model leaves the number of rows open.</summary>
    public bool IsOpen => _ports.All(p => Fixed(p, 0) is null);

    /// <summary>
    /// Reads .npy (models of one input), .npz (an array by the name of each input) or .csv (models of one input [rows, columns], every column a number).
    /// </summary>
    /// <exception cref="DataException">The file cannot be read.</exception>
    /// <exception cref="BadInputException">It does not fit the model.</exception>
    public static CalibrationData Read(string path, OnnxModel model, int? batch)
    {
        OnnxPort[] ports = [.. model.Graph.Required];
        string ending = Path.GetExtension(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path).ToLowerInvariant();
        if (ports.Length == 0) throw new BadInputException($"{model.Source}: the model has no input to calibrate with");
        if (ending != ".npz" && ports.Length > 1)
            throw new BadInputException($"{path}: the model has {ports.Length} inputs ({string.Join(", ", ports.Select(p => p.Name))}); give a .npz file with an array for each");
        Tensor[] arrays = ending switch
        {
            ".npz" => Named(path, ports),
            ".npy" => [NpyFile.Read(path)],
            ".csv" => [Columns(path)],
            _ => throw new BadInputException($"{path}: data is read from .npy, .npz and .csv files; write the arrays with numpy.save"),
        };
        foreach (Tensor array in arrays)
        {
            if (array.Rank == 0 || array.Shape[0] != arrays[0].Shape[0])
                throw new BadInputException($"{path}: the first axis of each array counts rows, as many in all; the shapes are {string.Join(", ", arrays.Select(a => a.Shape))}");
        }

        return new(path, ports, arrays, batch);
    }

    /// <summary>Shapes of the inputs by name, for so many rows at once.</summary>
    public Dictionary<string, Shape> Shapes(int batch)
        => _ports.Select((p, i) => (p.Name, Shape: _arrays[i].Shape.With(0, batch))).ToDictionary(p => p.Name, p => p.Shape, StringComparer.Ordinal);

    /// <summary>Whole batches of at most <paramref name="rows"/> rows, spread evenly over the file, of the types that <paramref name="graph"/> takes.</summary>
    public IReadOnlyList<Tensor[]> Batches(int rows, Graph graph)
        => [.. Starts(rows).Select(from => _arrays.Select((a, i) => a.Narrow(0, from, from + Batch).To(graph.Inputs[i].Spec.DType).Contiguous()).ToArray())];

    /// <summary>The classes of the rows of each of <see cref="Batches"/>.</summary>
    public int[][] Labels(string path, int rows)
    {
        Tensor array = NpyFile.Read(path);
        if (array.DType is not (DType.U8 or DType.I8 or DType.U16 or DType.I16 or DType.I32 or DType.U32 or DType.I64) || array.Spec.Shape != [Rows])
            throw new BadInputException($"{path}: labels are whole numbers, one for each of the {Rows} rows of {_path}; this is {array.Spec}");
        int[] all = array.To(DType.I32).ToArray<int>();
        return [.. Starts(rows).Select(from => all[from..(from + Batch)])];
    }

    private IEnumerable<int> Starts(int rows)
    {
        int all = Rows / Batch, count = Math.Clamp(rows / Batch, Math.Min(2, all), all);
        return count > 1
            ? Enumerable.Range(0, count).Select(b => (int)((long)b * all / count) * Batch)
            : throw new BadInputException($"{_path}: {Rows} rows are {all} batches of {Batch}; two are the least, one to find ranges and one to judge by");
    }

    private static Tensor[] Named(string path, OnnxPort[] ports)
    {
        var arrays = NpzFile.Read(path);
        string[] missing = [.. ports.Select(p => p.Name).Where(n => !arrays.ContainsKey(n))];
        return missing.Length == 0
            ? [.. ports.Select(p => arrays[p.Name])]
            : throw new BadInputException($"{path}: has no array for the {(missing.Length == 1 ? "input" : "inputs")} {string.Join(", ", missing)}; it has {string.Join(", ", arrays.Keys)}");
    }

    private static Tensor Columns(string path)
    {
        Table table = CsvReader.Read(path);
        float[] values = new float[checked(table.RowCount * table.Columns.Length)];
        for (int c = 0; c < table.Columns.Length; c++)
        {
            if (table.Columns[c] is not NumericColumn column || column.MissingCount > 0)
                throw new DataException("A column is not numeric, or has missing values.", "Leave it out: every column is one number of the input.", path, column: table.Columns[c].Name);
            for (int row = 0; row < table.RowCount; row++) values[(row * table.Columns.Length) + c] = (float)column.Values[row];
        }

        return Tensor.From(values, [table.RowCount, table.Columns.Length]);
    }

    private static int? Fixed(OnnxPort port, int axis)
        => port.Type?.Dims is { } dims && axis < dims.Count && int.TryParse(dims[axis], NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : null;

    private int BatchSize(int? wanted)
    {
        int? declared = _ports.Select(p => Fixed(p, 0)).FirstOrDefault(d => d is not null);
        if (declared is { } rows && wanted is { } other && rows != other) throw new BadInputException($"--batch {other}: the model takes {rows} rows at once");
        return declared ?? wanted ?? 1;
    }

    private void Check(OnnxPort port, Tensor array)
    {
        bool fits = port.Type is { Kind: OnnxKind.Tensor, Element: not (ElementType.None or ElementType.Text) } type
            && (type.Dims is not { } dims || (dims.Count == array.Rank && Enumerable.Range(1, array.Rank - 1).All(i => Fixed(port, i) is null || Fixed(port, i) == array.Shape[i])));
        if (!fits) throw new BadInputException($"{_path}: an array {array.Spec} does not fit the input '{port.Name}', {port.Type}; its first axis counts rows, the others are those of the input");
    }
}
