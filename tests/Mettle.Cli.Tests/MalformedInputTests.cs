namespace Mettle.Cli.Tests;

public sealed class MalformedInputTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> RecipeNames => [.. Malformed.Recipe.Select(m => m.Name)];

    public static TheoryData<string> DataNames => [.. Malformed.Data.Select(m => m.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(RecipeNames))]
    public Task Run_MalformedRecipe_NamesThePlaceAndLeavesNothing(string name) => Refuses(Malformed.Recipe.Single(m => m.Name == name));

    [Theory]
    [MemberData(nameof(DataNames))]
    public Task Run_MalformedData_NamesThePlaceAndLeavesNothing(string name) => Refuses(Malformed.Data.Single(m => m.Name == name));

    private async Task Refuses(Malformed input)
    {
        string[] arguments = input.Arrange(_folder);
        string[] before = Entries();

        var result = await _folder.RunAsync(2, new Dictionary<string, string?>(StringComparer.Ordinal) { ["METTLE_DATA"] = null }, arguments);

        string message = Assert.Single(result.ErrorLines(), l => l.StartsWith("mettle: ", StringComparison.Ordinal));
        Assert.Contains(input.Place, message, StringComparison.Ordinal);
        Assert.Contains(input.Cause, message, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(result.Output);
        Assert.Equal(before, Entries());
    }

    private string[] Entries() => [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
