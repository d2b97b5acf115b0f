using System.Globalization;
using System.Text.Json;
using Mettle;
using Mettle.Challenges;
using Mettle.Runs;

// What does `mettle run` with treatments give on rows that nothing was chosen by? See bench/treatments/run.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));
string[] rest = args.Length > 4 && args[0] == "work" ? args[4..] : args.Length > 2 && args[0] == "table" ? args[2..] : [];
string set = rest.FirstOrDefault() is { } named && Directory.Exists(Path.Combine(root, "bench/treatments", named)) ? named : "";
string[] words = set.Length > 0 ? rest[1..] : rest;
string[] recipes = [.. Directory.EnumerateFiles(Path.Combine(root, "bench/treatments", set), "*.yaml").Order(StringComparer.Ordinal).Where(f => words.Length == 0 || words.Any(w => Path.GetFileName(f).Contains(w, StringComparison.Ordinal)))];
switch (args)
{
    case ["work", var part, var of, var folder, ..]:
        Work(int.Parse(part), int.Parse(of), folder);
        return 0;
    case ["table", var folder, ..]:
        var table = Table.Of([.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(f => JsonSerializer.Deserialize<Outcome>(File.ReadAllText(f))!)]);
        Console.WriteLine(table.Text);
        if (words.Length == 0)
        {
            table.WriteInto(Path.Combine(root, "docs/treatments.md"), $"bench/treatments/run {set}".TrimEnd());
        }

        return 0;
    default:
        Console.Error.WriteLine("usage: work PART OF FOLDER [SET] [WORD...] | table FOLDER [SET] [WORD...]");
        return 2;
}

void Work(int part, int of, string folder)
{
    var catalogue = StandardCatalogue.Create();
    var vocabulary = catalogue.AddWords(ExperimentVocabulary.Create());
    var runs = recipes.SelectMany(f => Enumerable.Range(1, set.Length > 0 ? Outcome.SeedsOfSet : f.Contains("-tiny", StringComparison.Ordinal) ? Outcome.SeedsOfTiny : Outcome.Seeds).Select(s => (File: f, Seed: s))).Where((_, i) => i % of == part).ToList();
    foreach (var (file, seed) in runs)
    {
        var recipe = Recipe.Load(file, vocabulary).With("seed", seed);
        string runFolder = Directory.CreateDirectory(Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(file)}-{seed}")).FullName;
        using var run = RunFolder.Create(runFolder, recipe["name"].Text(), TimeProvider.System);
        using var scope = MemoryScope.Begin("treatments");
        var report = new MainJob(catalogue, SilentProgress.Instance).Run(run, Experiment.Prepare(recipe, new DataCache()), CancellationToken.None);
        var outcome = Outcome.Of(recipe, seed, report);
        File.WriteAllText(Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(file)}-{seed:00}.json"), JsonSerializer.Serialize(outcome));
        Console.Error.WriteLine(outcome.Line);
        Directory.Delete(runFolder, recursive: true);
    }
}
