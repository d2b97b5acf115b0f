using System.Formats.Tar;
using System.IO.Compression;
using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Fuzz;

/// <summary>A sound model to begin from, with the tensors that were recorded as its inputs.</summary>
internal sealed record Seed(string Name, byte[] Model, IReadOnlyList<byte[]> Inputs)
{
    private const int SmallModel = 300_000;

    /// <summary>
    /// All recorded cases and real models of the data folder; in the order of their names. Small models of the wild come first among
    /// those, since they are taken more often.
    /// </summary>
    public static (IReadOnlyList<Seed> Cases, IReadOnlyList<Seed> Small, IReadOnlyList<Seed> Large) ReadAll(string data)
    {
        string folder = Path.Combine(data, "onnx");
        Seed[] cases =
        [
            .. Archive(Path.Combine(folder, "onnx-backend-node-tests-opset24.tar.gz")),
            .. Archive(Path.Combine(folder, "onnx-backend-pytorch-tests.tar.gz")),
        ];
        Seed[] real = [.. Directory.GetFiles(Path.Combine(folder, "models"), "*.onnx").Order(StringComparer.Ordinal)
            .Select(f => new Seed(Path.GetFileNameWithoutExtension(f), File.ReadAllBytes(f), []))];
        return (cases, [.. real.Where(r => r.Model.Length <= SmallModel)], [.. real.Where(r => r.Model.Length > SmallModel)]);
    }

    /// <summary>
    /// The model as messages, with recorded inputs as initialisers: what runs then depends on the file alone. All whole numbers, mostly
    /// shapes and axes, and <paramref name="fractions"/> too if asked for.
    /// </summary>
    public ModelProto Proto(bool fractions)
    {
        var model = ModelProto.Parser.ParseFrom(Model);
        for (int i = 0; i < Inputs.Count && i < model.Graph.Input.Count; i++)
        {
            if (model.Graph.Input[i].Type?.ValueCase != TypeProto.ValueOneofCase.TensorType)
            {
                continue;
            }

            var tensor = TensorProto.Parser.ParseFrom(Inputs[i]);
            tensor.Name = model.Graph.Input[i].Name;
            bool whole = tensor.DataType is (int)ElementType.I64 or (int)ElementType.I32 or (int)ElementType.Text or (int)ElementType.Bool;
            if ((whole || fractions) && model.Graph.Initializer.All(t => t.Name != tensor.Name))
            {
                model.Graph.Initializer.Add(tensor);
            }
        }

        return model;
    }

    private static IEnumerable<Seed> Archive(string path)
    {
        var files = new SortedDictionary<string, SortedDictionary<string, byte[]>>(StringComparer.Ordinal);
        using var file = File.OpenRead(path);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(unpacked);
        while (tar.GetNextEntry() is { } entry)
        {
            string[] parts = entry.Name.Split('/');
            bool model = parts[^1] == "model.onnx", input = parts[^1].StartsWith("input_", StringComparison.Ordinal) && parts[^2] == "test_data_set_0";
            if (entry.DataStream is not null && (model || input))
            {
                string name = string.Join('/', model ? parts[..^1] : parts[..^2]);
                using var content = new MemoryStream();
                entry.DataStream.CopyTo(content);
                files.TryAdd(name, new(StringComparer.Ordinal));
                files[name][model ? "" : $"{parts[^1].Length:D3}{parts[^1]}"] = content.ToArray();
            }
        }

        foreach (var (name, own) in files)
        {
            if (own.Remove("", out byte[]? model))
            {
                yield return new(name, model, [.. own.Values]);
            }
        }
    }
}
