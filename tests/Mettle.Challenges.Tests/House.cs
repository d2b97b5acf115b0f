using Mettle.Runs;

namespace Mettle.Challenges.Tests;

/// <summary>What the tests of this project share: catalogue, vocabulary, a digits recipe, folders that go away.</summary>
internal static class House
{
    public static Catalogue Catalogue { get; } = StandardCatalogue.Create();

    public static Vocabulary Vocabulary { get; } = Catalogue.AddWords(ExperimentVocabulary.Create());

    public const string Digits =
        """
        name: digits
        data: {source: digits}
        model: {mlp: {hidden: [64, 64]}}
        train:
          epochs: 40
          batch: 32
          optimizer: {sgd: {rate: 0.1, momentum: 0.9}}
        """;

    /// <summary>The source tree that the tests run from.</summary>
    public static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
            {
                folder = folder.Parent;
            }

            return folder?.FullName ?? throw new DirectoryNotFoundException("The tests must run from within the source tree.");
        }
    }

    public static Recipe Recipe(string yaml = Digits) => Mettle.Runs.Recipe.Parse(yaml, "test.yaml", Vocabulary);

    public static ProofContext Context(string folder, int seeds = 5, bool isShort = true)
        => new(seeds, isShort, (_, _, _) => { }, TestContext.Current.CancellationToken)
        {
            WorkFolder = folder,
            Vocabulary = Vocabulary,
            Start = (_, _) => throw new InvalidOperationException("This proof needs no process."),
        };
}

/// <summary>A folder that is removed with its contents.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mettle-challenges-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
