namespace Mettle.Nn.Tests;

/// <summary>The committed PyTorch references.</summary>
internal static class TorchFixtures
{
    public static string Folder { get; } = Find();

    public static string File(string name) => Path.Combine(Folder, name);

    public static OrderedDictionary<string, Tensor> Load(string name) => Safetensors.Read(File(name)).Tensors;

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "tests", "fixtures", "torch");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException($"tests/fixtures/torch is not above {AppContext.BaseDirectory}.");
    }
}
