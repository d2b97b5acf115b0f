namespace Mettle.Nn.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mettle-nn-");

    public string this[string name] => Path.Combine(folder.FullName, name);

    public string[] Files => [.. folder.GetFiles().Select(f => f.Name)];

    public void Dispose() => folder.Delete(recursive: true);
}
