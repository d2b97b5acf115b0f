namespace Mettle.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string, string> Slips => new()
    {
        { "rnus", "did you mean 'runs'?" },
        { "data lst", "did you mean 'list'?" },
        { "runs --jsn", "did you mean '--json'?" },
        { "compare a --htm x", "did you mean '--html'?" },
        { "words optimser", "did you mean 'optimizer'?" },
        { "frobnicate", "'mettle --help' lists what there is" },
        { "frobnicate --help", "'mettle --help' lists what there is" },
        { "compare a", "'B' missing" },
        { "compare a b c", "no argument 'c'" },
        { "data", "command was not provided" },
        { "runs --runs", "missing for option: '--runs'" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Slips))]
    public async Task Run_SlipInTheArguments_SaysSoInOneLineAndEndsWithTwo(string arguments, string part)
    {
        var result = await _folder.RunAsync(2, arguments.Split(' '));

        string line = Assert.Single(result.ErrorLines());
        Assert.StartsWith("mettle: ", line, StringComparison.Ordinal);
        Assert.Contains(part, line, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Run_SlipUnderJson_WritesTheErrorAsJsonToo()
    {
        var result = await _folder.RunAsync(2, "compare", "a", "b", "--json");

        string error = Assert.Single(result.Json().GetProperty("errors").EnumerateArray()).GetString()!;
        Assert.Contains("there is no run 'a' here", error, StringComparison.Ordinal);
        Assert.Equal($"mettle: {error}", Assert.Single(result.ErrorLines()));
    }

    [Fact]
    public async Task Run_WithoutArguments_ShowsTheHelp()
    {
        var bare = await _folder.RunAsync(0);
        var help = await _folder.RunAsync(0, "--help");

        Assert.Equal(help.Output, bare.Output);
        Assert.Contains("Examples:", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Version_IsTheAssemblys()
        => Assert.Matches(@"^\d+\.\d+\.\d+", (await _folder.RunAsync(0, "--version")).Output);

    [Fact]
    public void Commands_EachOfThem_HasADescriptionAndExamples()
    {
        var all = House.Commands().SelectMany(c => c.Subcommands.Count > 0 ? c.Subcommands : [c]).ToList();

        Assert.All(all, c => Assert.EndsWith(".", c.Description, StringComparison.Ordinal));
        Assert.All(all, c => Assert.NotEmpty(Assert.IsType<CliCommand>(c, exactMatch: false).Examples));
        Assert.All(all.SelectMany(c => c.Options.Cast<System.CommandLine.Symbol>().Concat(c.Arguments)), s => Assert.EndsWith(".", s.Description, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_Runs_InAnEmptyFolder_SaysHowToMakeOne()
    {
        Assert.Contains("mettle run RECIPE", (await _folder.RunAsync(0, "runs")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _folder.RunAsync(0, "runs", "--json")).Json().GetArrayLength());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Vocabulary_PutTogether_IsConsistent()
        => Assert.Empty(House.Vocabulary().Inconsistencies());
}
