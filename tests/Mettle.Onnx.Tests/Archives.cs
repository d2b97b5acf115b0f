namespace Mettle.Onnx.Tests;

/// <summary>Recorded cases in the data folder, by the folder in which their archive keeps them; each archive is read once.</summary>
internal static class Archives
{
    public const string Missing = "METTLE_DATA is not set";

    private static readonly Dictionary<string, Lazy<Dictionary<string, RecordedCase>>> All = new(StringComparer.Ordinal)
    {
        ["node"] = Read("onnx-backend-node-tests-opset24.tar.gz", "node"),
        ["simple"] = Read("onnx-backend-node-tests-opset24.tar.gz", "simple"),
        ["pytorch-operator"] = Read("onnx-backend-pytorch-tests.tar.gz", "pytorch-operator"),
        ["pytorch-converted"] = Read("onnx-backend-pytorch-tests.tar.gz", "pytorch-converted"),
        ["modeltests"] = Read("onnx-zoo-mnist8-superres10-testdata.tar.gz", "modeltests"),
        ["reference"] = Read("reference-io.tar.gz", "reference"),
    };

    /// <summary>The folder of the ONNX data, or null where there is none.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable("METTLE_DATA") is { Length: > 0 } root ? Path.Combine(root, "onnx") : null;

    /// <summary>The cases of one folder; skips the test where there is no data.</summary>
    public static Dictionary<string, RecordedCase> Of(string folder)
    {
        Assert.SkipWhen(Folder is null, Missing);
        return All[folder].Value;
    }

    /// <summary>One row per case; a row that says so where there is no data.</summary>
    public static TheoryData<string> Names(string folder) => Folder is null ? [Missing] : [.. All[folder].Value.Keys.Order(StringComparer.Ordinal)];

    private static Lazy<Dictionary<string, RecordedCase>> Read(string archive, string folder)
        => new(() => RecordedCase.ReadAll(Path.Combine(Folder!, archive), folder));
}
