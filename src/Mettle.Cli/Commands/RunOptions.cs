using System.CommandLine;

namespace Mettle.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class RunOptions
{
    public static Option<string> Runs { get; } = new("--runs") { Description = "Folder of the run folders.", HelpName = "DIR", DefaultValueFactory = _ => RunJob.DefaultRoot };

    public static Option<string?> Store { get; } = new("--store")
    {
        Description = "Run store: a path for SQLite, or Host=...;Database=... or postgres://... for PostgreSQL; by default store.db in the runs' folder.",
        HelpName = "CONNECTION",
    };

    public static Option<int?> Threads { get; } = Positive("--threads", "Threads of the kernels, 1 to 256; changes speed, never results.", 256);

    public static Argument<string> Run(string name = "RUN") => new(name) { Description = "A run: 'latest', its name or the beginning of it, or its folder." };

    /// <summary>A whole number from 1.</summary>
    public static Option<int?> Positive(string name, string description, int max)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } n && (n < 1 || n > max)) result.AddError($"{name} is a whole number from 1 to {max}");
        });
        return option;
    }

    /// <summary>Where the store is.</summary>
    public static string StoreOf(ParseResult parsed)
        => parsed.GetValue(Store) ?? Path.Combine(parsed.GetRequiredValue(Runs), "store.db");
}
