using System.CommandLine;
using Mettle.Cli.Commands;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>Puts the house together: which challenges there are, what recipes may say, which commands there are.</summary>
internal static class House
{
    /// <summary>Everything a recipe may say.</summary>
    public static Vocabulary Vocabulary()
    {
        var vocabulary = CoreVocabulary.Create();
        return vocabulary;
    }

    /// <summary>The commands in the order of the help.</summary>
    public static IEnumerable<Command> Commands() =>
    [
        new CompareCommand(),
        new RunsCommand(),
        new DataCommand(),
        new WordsCommand(),
    ];
}
