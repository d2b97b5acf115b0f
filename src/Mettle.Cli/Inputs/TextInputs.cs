using System.Globalization;
using Mettle.Data;
using Mettle.Onnx;
using Mettle.Runs;

namespace Mettle.Cli.Inputs;

/// <summary>
/// Lines of a text file for a model that says how characters become codes. A line that begins with the name of a class and a tab
/// brings its own truth where all lines do.
/// </summary>
internal sealed class TextInputs : ModelInputs
{
    private readonly InputPort _port;
    private readonly OnnxValue _codes;

    private TextInputs(InputPort port, OnnxValue codes, int rows, string[]? truth) => (_port, _codes, Rows, Truth) = (port, codes, rows, truth);

    public override int Rows { get; }

    public override IReadOnlyList<string>? Truth { get; }

    /// <summary>Reads the lines that are not blank.</summary>
    public static TextInputs Read(OnnxModel model, InputPort[] ports, string path, string note)
    {
        var encoder = CharacterEncoder.FromJson(note, model.Source);
        if (ports is not [{ Element: ElementType.I64 } port] || port.RowSize is not { } size || size != encoder.Length)
            throw new BadInputException($"{model.Source}: says how characters become codes but takes {string.Join(", ", ports.Select(p => p.ToString()))}; its notes do not belong to it, export it again");
        string[] lines = [.. TextFile.Lines(path).Select(l => l.Text)];
        string[] classes = model.Metadata.TryGetValue(ModelNotes.Classes, out string? list) ? System.Text.Json.JsonSerializer.Deserialize<string[]>(list) ?? [] : [];
        string[]? truth = null;
        if (Array.TrueForAll(lines, l => l.IndexOf('\t', StringComparison.Ordinal) is > 0 and var at && classes.Contains(l[..at], StringComparer.Ordinal)))
        {
            truth = [.. lines.Select(l => l[..l.IndexOf('\t', StringComparison.Ordinal)])];
            lines = [.. lines.Select(l => l[(l.IndexOf('\t', StringComparison.Ordinal) + 1)..].Trim())];
        }

        int[] codes = new int[checked(lines.Length * encoder.Length)];
        for (int i = 0; i < lines.Length; i++) encoder.Encode(lines[i], codes.AsSpan(i * encoder.Length, encoder.Length));
        TensorValue value = port.Value(Tensor.From(Array.ConvertAll(codes, c => (long)c)).Reshape(lines.Length, encoder.Length), $"{path}, input '{port.Name}'");
        return new TextInputs(port, value with { Tensor = value.Tensor.Persist() }, lines.Length, truth);
    }

    public override string Name(int row) => (row + 1).ToString(CultureInfo.InvariantCulture);

    public override IReadOnlyDictionary<string, OnnxValue> Load(int from, int count) => new Dictionary<string, OnnxValue>(StringComparer.Ordinal)
    {
        [_port.Name] = ((TensorValue)_codes) with { Tensor = ((TensorValue)_codes).Tensor.Narrow(0, from, from + count) },
    };
}
