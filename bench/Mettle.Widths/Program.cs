using System.Globalization;
using Mettle;
using Mettle.Challenges;
using Mettle.Runs;

// Does a rate that is best for a narrow network serve a wide one, with and without muP? And is muP a remedy for a wide network at
// its usual rate? See bench/widths/run.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../bench/widths"));
var vocabulary = StandardCatalogue.Create().AddWords(ExperimentVocabulary.Create());
var recipes = Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal)
    .Where(f => args.Length < 2 || args[1..].Any(w => Path.GetFileName(f).Contains(w, StringComparison.Ordinal)))
    .Select(f => Recipe.Load(f, vocabulary)).ToList();
switch (args)
{
    case ["transfer", ..]:
        recipes.ForEach(Transfer.Print);
        return 0;
    case ["remedy", ..]:
        recipes.ForEach(Remedy.Print);
        return 0;
    default:
        Console.Error.WriteLine("usage: transfer [WORD...] | remedy [WORD...]");
        return 2;
}
