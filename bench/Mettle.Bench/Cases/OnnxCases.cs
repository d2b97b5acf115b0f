namespace Mettle.Bench.Cases;

/// <summary>Whole models that were trained elsewhere, one at a time and in batches.</summary>
internal static class OnnxCases
{
    public const string Family = "onnx models";

    /// <summary>In 8 bits against our own f32.</summary>
    public const string QuantizedFamily = "int8 models";

    /// <summary>What a side is told to run: the model as it is, or in 8 bits.</summary>
    public const string Kind = "model", QuantizedKind = "model-int8";

    /// <summary>No model may be slower than this share of the peer's speed.</summary>
    public const double Floor = 0.7;

    private static readonly int[] Batches = [1, 16];

    // Those that gain most: time is in products and convolutions that 8 bits suit.
    private static readonly string[] Quantized =
        ["burn_mnist", "cifar10_ImageClassifier", "dnsmos_model_v8", "magika_standard_v3_3", "SqueezeNet_fp16", "super_resolution_10"];

    /// <summary>Where the models and their recorded inputs lie, or null.</summary>
    public static string? Folder
        => Environment.GetEnvironmentVariable("METTLE_DATA") is { Length: > 0 } data ? Path.Combine(data, "onnx") : null;

    public static IEnumerable<Case> List()
        => Folder is null ? [] :
        [
            .. from file in Directory.GetFiles(Path.Combine(Folder, "models"), "*.onnx").Order(StringComparer.OrdinalIgnoreCase)
               from batch in Batches
               select Of(Family, Kind, Path.GetFileNameWithoutExtension(file), batch, Floor),
            .. Quantized.Select(name => Of(QuantizedFamily, QuantizedKind, name, 1, 1.5)),
        ];

    private static Case Of(string family, string kind, string name, int batch, double goal)
        => new(family, $"{name}, batch {batch}", $"{kind} file={name} batch={batch}", goal);
}
