using System.CommandLine;
using Mettle.Challenges;
using Mettle.Cli.Commands;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>Puts the house together: which challenges there are, what recipes may say, which commands there are.</summary>
internal static class House
{
    /// <summary>The challenges, in the order of the mission.</summary>
    public static Catalogue Catalogue => field ??= StandardCatalogue.Create();

    /// <summary>The challenge of that name.</summary>
    /// <exception cref="BadInputException">There is none; the message names the nearest.</exception>
    public static Challenge Challenge(string name)
    {
        if (Catalogue.Find(name) is { } found) return found;
        var names = Catalogue.All.Select(c => c.Id.Value);
        string mend = EditDistance.Nearest(name, names) is { } near ? $"did you mean '{near}'?" : $"there are {string.Join(", ", names)}";
        throw new BadInputException($"there is no challenge '{name}'; {mend}");
    }

    /// <summary>Everything a recipe may say.</summary>
    public static Vocabulary Vocabulary() => Catalogue.AddWords(ExperimentVocabulary.Create());

    /// <summary>The commands in the order of the help.</summary>
    public static IEnumerable<Command> Commands() =>
    [
        new RunCommand(),
        new TrainCommand(),
        new EstimateCommand(),
        new ExamineCommand(),
        new ExportCommand(),
        new PredictCommand(),
        new CompressCommand(),
        new DrawCommand(),
        new ProveCommand(),
        new ChallengesCommand(),
        new ReproduceCommand(),
        new CompareCommand(),
        new RunsCommand(),
        new DataCommand(),
        new WordsCommand(),
    ];
}
