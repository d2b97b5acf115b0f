namespace Mettle.Runs;

/// <summary>A run as the store keeps it.</summary>
/// <param name="Id">Identifier, as its folder's.</param>
/// <param name="Name">The recipe's name.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Created">When it was made; kept in UTC.</param>
public sealed record StoredRun(string Id, string Name, RunStatus Status, DateTimeOffset Created)
{
    /// <summary>When it ended; kept in UTC.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Key of all random numbers.</summary>
    public long Seed { get; init; }

    /// <summary><see cref="Recipe.Hash"/>.</summary>
    public string RecipeHash { get; init; } = "";

    /// <summary>The recipe as YAML.</summary>
    public string Recipe { get; init; } = "";

    /// <summary>The run's folder.</summary>
    public string Folder { get; init; } = "";

    /// <summary>One or two sentences on how it ended.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The store's row of a run's folder.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="summary">How it ended, if it did.</param>
    public static StoredRun Of(RunFolder folder, Recipe recipe, string summary = "")
        => new(folder.Id, folder.Manifest.Name, folder.Manifest.Status, folder.Manifest.Created)
        {
            Ended = folder.Manifest.Ended,
            Seed = recipe["seed"].Long(),
            RecipeHash = recipe.Hash,
            Recipe = recipe.ToYaml(),
            Folder = folder.Path,
            Summary = summary,
        };
}
