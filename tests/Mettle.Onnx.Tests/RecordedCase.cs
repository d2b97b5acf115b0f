using System.Formats.Tar;
using System.IO.Compression;

namespace Mettle.Onnx.Tests;

/// <summary>A model with recorded inputs and outputs.</summary>
internal sealed record RecordedCase(string Name, Dictionary<string, byte[]> Files)
{
    /// <summary>Cases below a folder of an archive (null: all), by the name of the folder that holds a model or a data set.</summary>
    public static Dictionary<string, RecordedCase> ReadAll(string archive, string? below = null)
    {
        var all = new Dictionary<string, RecordedCase>(StringComparer.Ordinal);
        using var file = File.OpenRead(archive);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(unpacked);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null)
            {
                continue;
            }

            string[] parts = entry.Name.Split('/');
            int at = Array.FindIndex(parts, p => p.StartsWith("test_data_set", StringComparison.Ordinal));
            at = at < 0 ? parts.Length - 1 : at;
            if (at < 1 || (below is not null && parts[0] != below))
            {
                continue;
            }

            string name = parts[at - 1];
            if (!all.TryGetValue(name, out var found))
            {
                all[name] = found = new(name, []);
            }

            using var content = new MemoryStream();
            entry.DataStream.CopyTo(content);
            found.Files[string.Join('/', parts[at..])] = content.ToArray();
        }

        return all;
    }

    /// <summary>Runs the model on every data set; null if all results are those recorded, else what differs.</summary>
    public string? Check(double relative = 1e-3, double absolute = 1e-5, byte[]? modelBytes = null)
    {
        var model = OnnxModel.Parse(modelBytes ?? Files["model.onnx"], Name);
        foreach (string set in Files.Keys.Where(f => f.Contains('/', StringComparison.Ordinal)).Select(f => f.Split('/')[0]).Distinct().Order(StringComparer.Ordinal))
        {
            using var scope = MemoryScope.Begin("case");
            var inputs = new Dictionary<string, OnnxValue>(StringComparer.Ordinal);

            // Old files count initialisers as inputs; recordings leave those out.
            int given = Files.Keys.Count(f => f.StartsWith($"{set}/input_", StringComparison.Ordinal));
            OnnxPort[] ports = [.. given <= model.Graph.Required.Count() ? model.Graph.Required : model.Graph.Inputs];
            for (int i = 0; i < ports.Length; i++)
            {
                if (Files.TryGetValue($"{set}/input_{i}.pb", out byte[]? bytes) && bytes.Length > 0)
                {
                    inputs[ports[i].Name] = ValueFile.Parse(bytes, ports[i].Type);
                }
            }

            var results = OnnxEvaluator.Run(model, inputs);
            for (int i = 0; i < results.Length; i++)
            {
                if (Files.TryGetValue($"{set}/output_{i}.pb", out byte[]? bytes))
                {
                    var expected = ValueFile.Parse(bytes, model.Graph.Outputs[i].Type);
                    if (Comparison.Difference(expected, results[i], relative, absolute) is { } difference)
                    {
                        return $"{set}, output {i} ('{model.Graph.Outputs[i].Name}'): {difference}";
                    }
                }
            }
        }

        return null;
    }
}
