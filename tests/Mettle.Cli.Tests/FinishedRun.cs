namespace Mettle.Cli.Tests;

/// <summary>A finished training, made once; each test damages a copy of its own.</summary>
public sealed class FinishedRun : IAsyncLifetime
{
    private readonly TempFolder _folder = new();

    /// <summary>The run's folder name.</summary>
    public string Id { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _folder.Write("rows.csv", Recipes.Rows());
        _folder.WriteRecipe(Recipes.Table());
        Id = (await _folder.RunAsync(0, "run", "recipe.yaml", "--set", "treat.enabled=false", "--json")).Json().GetProperty("run").GetString()!;
    }

    /// <summary>Copies run, recipe and rows, and lets the copy's manifest speak of the copied rows.</summary>
    public string CopyTo(TempFolder target)
    {
        foreach (string file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories))
        {
            string copy = target[Path.GetRelativePath(_folder.Path, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        string folder = target[$"runs/{Id}"];
        string manifest = Path.Combine(folder, "manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(_folder.Path, target.Path, StringComparison.Ordinal));
        return folder;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
