namespace Mettle.Cli.Tests;

/// <summary>Small recipes on the digits that come with the project.</summary>
internal static class Recipes
{
    public static string Digits { get; } = Path.Combine(CliProcess.RepositoryRoot, "samples", "digits", "digits.csv.gz");

    /// <summary>A training with all that is random in it, and checkpoints amid its epochs.</summary>
    public static string Training(int epochs = 60) => $$$"""
        name: small
        seed: 7
        data:
          source: {csv: {path: {{{Digits}}}, header: false, image: [8, 8], max-pixel: 16}}
          target: c64
          limit: 600
        model: {mlp: {hidden: [32], dropout: 0.1}}
        train:
          epochs: {{{epochs}}}
          batch: 32
          optimizer: adamw
          schedule: cosine
          mixup: 0.2
          checkpoint-every: 7
        """;

    /// <summary>A whole job with one treatment to be judged.</summary>
    public static string Job(int epochs = 10) => $$$"""
        name: small-job
        data:
          source: {csv: {path: {{{Digits}}}, header: false, image: [8, 8], max-pixel: 16}}
          target: c64
          limit: 400
        model: {mlp: {hidden: [48]}}
        train: {epochs: {{{epochs}}}, batch: 32, optimizer: {sgd: {rate: 0.1, momentum: 0.9} } }
        treat: {seeds: 3, treatments: [label-smoothing]}
        """;

    /// <summary>Four columns and 24 rows.</summary>
    public static string Table(string path = "rows.csv", string options = "", string more = "", string model = "{tabular: {hidden: [4]}}") => $$$"""
        name: rows
        data:
          source: {csv: {path: {{{path}}}{{{options}}}}}
          target: class{{{more}}}
        model: {{{model}}}
        train: {epochs: 1}
        """;

    /// <summary>The rows of <see cref="Table"/>.</summary>
    public static string Rows()
        => "a,b,kind,class\n" + string.Concat(Enumerable.Range(0, 24).Select(i => $"{i},{i * 7 % 5},{(i % 3 == 0 ? "red" : "blue")},{(i % 2 == 0 ? "yes" : "no")}\n"));

    /// <summary>Writes it to a folder and gives its path.</summary>
    public static string WriteRecipe(this TempFolder folder, string text, string name = "recipe.yaml") => folder.Write(name, text);
}
