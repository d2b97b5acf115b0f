using System.Globalization;

namespace Mettle.Bench;

/// <summary>A case as every side reads it: a kind and its arguments, "matmul m=64 k=64 n=64".</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> values;

    public Arguments(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Kind = words[0];
        values = words.Skip(1).Select(w => w.Split('=', 2)).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
    }

    public string Kind { get; }

    public string this[string key] => values[key];

    public string Text(string key, string otherwise) => values.GetValueOrDefault(key, otherwise);

    public int Int(string key, int otherwise = 0)
        => values.TryGetValue(key, out string? v) ? int.Parse(v, CultureInfo.InvariantCulture) : otherwise;

    public int[] Ints(string key) => [.. values[key].Split('x').Select(v => int.Parse(v, CultureInfo.InvariantCulture))];
}
