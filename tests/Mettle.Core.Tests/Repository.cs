namespace Mettle.Core.Tests;

/// <summary>The source tree that the test binaries were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Mettle.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("No folder above the test binaries holds Mettle.slnx.");
        }

        return folder.FullName;
    }
}
