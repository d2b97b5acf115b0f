namespace Mettle.Nn.Tests;

/// <summary>Where the test's files lie in the source tree.</summary>
internal static class RepositoryFiles
{
    /// <summary>tests/fixtures.</summary>
    public static string Fixtures { get; } = Path.Combine(Root(), "tests", "fixtures");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests must run from within the source tree.");
    }
}
