using System.Globalization;
using Mettle.Data;
using Mettle.Onnx;

namespace Mettle.Cli.Inputs;

/// <summary>Arrays of NumPy's: one input in an .npy file, or each under its name in an .npz file.</summary>
internal sealed class ArrayInputs : ModelInputs
{
    private readonly (InputPort Port, Tensor Tensor)[] _arrays;
    private readonly string _path;

    private ArrayInputs(string path, (InputPort Port, Tensor Tensor)[] arrays)
    {
        (_path, _arrays) = (path, arrays);
        Whole = Array.Exists(arrays, a => a.Tensor.Rank == 0 || a.Tensor.Shape[0] != arrays[0].Tensor.Shape[0] || !a.Port.Fits(a.Tensor.Shape, anyRows: true));
        // One call takes all as it is, where that is what the model declares.
        Whole |= arrays.Length > 1 && Array.TrueForAll(arrays, a => a.Port.Fits(a.Tensor.Shape, anyRows: false) && a.Port.FixedRows is not null);
        Rows = Whole ? 1 : arrays[0].Tensor.Shape[0];
        if (Whole && arrays.Length > 1) Notes.Add("the arrays go in whole, in one call");
    }

    public override int Rows { get; }

    public override bool Whole { get; }

    public static ArrayInputs Read(OnnxModel model, InputPort[] ports, string path)
    {
        using var scope = MemoryScope.Begin("arrays");
        if (!path.Contains(".npz", StringComparison.OrdinalIgnoreCase))
        {
            Tensor array = NpyFile.Read(path);
            InputPort only = ports.Length == 1
                ? ports[0]
                : throw new BadInputException($"{path}: is one array, but {model.Source} takes {ports.Length}: {string.Join(", ", ports.Select(p => p.ToString()))}; give an .npz file with each under its name (numpy.savez)");
            return new ArrayInputs(path, [(only, Fit(only, array, path).Persist())]);
        }

        var arrays = NpzFile.Read(path);
        if (ports.Length == 1 && arrays.Count == 1) return new ArrayInputs(path, [(ports[0], Fit(ports[0], arrays.Values.First(), path).Persist())]);
        string[] missing = [.. ports.Where(p => !arrays.ContainsKey(p.Name)).Select(p => p.ToString())];
        if (missing.Length > 0)
            throw new BadInputException($"{path}: has no array for the model's input {string.Join(", ", missing)}; it has {string.Join(", ", arrays.Keys.Select(k => $"'{k}'"))}: save each array under its input's name");
        return new ArrayInputs(path, [.. ports.Select(p => (p, Fit(p, arrays[p.Name], $"{path}, array '{p.Name}'").Persist()))]);
    }

    public override string Name(int row) => (row + 1).ToString(CultureInfo.InvariantCulture);

    public override IReadOnlyDictionary<string, OnnxValue> Load(int from, int count)
        => _arrays.ToDictionary(a => a.Port.Name, OnnxValue (a) => a.Port.Value(Whole ? a.Tensor : a.Tensor.Narrow(0, from, from + count), $"{_path}, array '{a.Port.Name}'"), StringComparer.Ordinal);

    // A row alone may come without the axis of rows.
    private static Tensor Fit(InputPort port, Tensor array, string place)
    {
        if (port.Fits(array.Shape, anyRows: true) || port.Fits(array.Shape, anyRows: false)) return array;
        if (port.Dims is { Length: > 0 } && port.Fits(array.Shape.Insert(0, 1), anyRows: true)) return array.Unsqueeze(0);
        if (port.RowSize is { } size && array.Rank == 2 && array.Shape[1] == size) return array.Reshape(port.RowShape(array.Shape[0]));
        throw new BadInputException($"{place}: is {array.Spec}, which does not fit the model's input {port}; reshape or transpose it, rows first");
    }
}
