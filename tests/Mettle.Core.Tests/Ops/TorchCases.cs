using System.Runtime.CompilerServices;
using System.Text.Json;
using Mettle;

namespace Mettle.Core.Tests.Ops;

/// <summary>The committed PyTorch results of single operations: tests/fixtures/torch/ops.safetensors.</summary>
internal static class TorchCases
{
    private static readonly Lazy<Dictionary<string, Tensor>> Values = new(Read);

    public static JsonElement Find(string name)
        => Cases().Single(c => c.GetProperty("case").GetString() == name);

    public static IEnumerable<JsonElement> Cases()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), "ops.json")));
        return json.RootElement.Clone().GetProperty("cases").EnumerateArray();
    }

    public static Tensor Value(string key) => Values.Value[key];

    private static Dictionary<string, Tensor> Read()
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder(), "ops.safetensors"));
        int header = (int)BitConverter.ToInt64(bytes);
        using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
        var values = new Dictionary<string, Tensor>();
        foreach (var entry in json.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            var span = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt32() + 8 + header).ToArray();
            var shape = new Shape([.. entry.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())]);
            var dtype = Enum.Parse<DType>(entry.Value.GetProperty("dtype").GetString()!, ignoreCase: true);
            values[entry.Name] = Tensor.FromBytes(bytes.AsSpan(span[0]..span[1]), shape, dtype).Persist();
        }

        return values;
    }

    private static string Folder([CallerFilePath] string here = "")
        => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "fixtures", "torch");
}
