namespace Mettle.Data.Tests;

/// <summary>Files that lie outside the tests: the repository's samples, and the data folder if there is one.</summary>
internal static class RealData
{
    public static string Sample(string path) => InRepository("samples", path);

    public static string Fixture(string path) => InRepository("tests/fixtures", path);

    private static string InRepository(string part, string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mettle.slnx")))
                return Path.Combine(folder.FullName, part, path);
        }
        throw new InvalidOperationException("The tests do not run inside the repository.");
    }

    public static string OrSkip(string path)
    {
        string? root = Environment.GetEnvironmentVariable(DataCatalog.Variable);
        if (string.IsNullOrEmpty(root))
            Assert.Skip("METTLE_DATA is not set.");
        return Path.Combine(root!, path);
    }
}
