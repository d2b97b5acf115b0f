namespace Mettle.Bench.Cases;

/// <summary>Whole models that were trained elsewhere, one at a time and in batches.</summary>
internal static class OnnxCases
{
    public const string Family = "onnx models";

    /// <summary>No model may be slower than this share of the peer's speed.</summary>
    public const double Floor = 0.7;

    private static readonly int[] Batches = [1, 16];

    /// <summary>Where the models and their recorded inputs lie, or null.</summary>
    public static string? Folder
        => Environment.GetEnvironmentVariable("METTLE_DATA") is { Length: > 0 } data ? Path.Combine(data, "onnx") : null;

    public static IEnumerable<Case> List()
    {
        if (Folder is null)
        {
            return [];
        }

        return from file in Directory.GetFiles(Path.Combine(Folder, "models"), "*.onnx").Order(StringComparer.OrdinalIgnoreCase)
               let name = Path.GetFileNameWithoutExtension(file)
               from batch in Batches
               select new Case(Family, $"{name}, batch {batch}", $"model file={name} batch={batch}", Floor);
    }
}
