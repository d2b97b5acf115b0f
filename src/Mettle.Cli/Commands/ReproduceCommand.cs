using System.CommandLine;
using Mettle.Runs;
using Spectre.Console;

namespace Mettle.Cli.Commands;

/// <summary>Runs a finished run anew and compares the bits.</summary>
internal sealed class ReproduceCommand : CliCommand
{
    private readonly Argument<string> _run = RunOptions.Run();

    public ReproduceCommand()
        : base("reproduce", "Run a finished run again in a new folder and compare the weights' SHA-256; exit code 1 if they differ.", "mettle reproduce latest", "mettle reproduce digits-20250101 --threads 1")
    {
        Add(_run);
        Add(RunOptions.Runs);
        Add(RunOptions.Store);
        Add(RunOptions.Threads);
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        string root = parsed.GetRequiredValue(RunOptions.Runs);
        using RunFolder old = RunFolder.OpenRead(RunFolder.Resolve(root, parsed.GetRequiredValue(_run)));
        if (old.Manifest.WeightsSha256 is not { } expected || old.Manifest.Status != RunStatus.Finished)
            throw new BadInputException($"{old.Path}: the run is {old.Manifest.Status.ToString().ToLowerInvariant()}; only a finished one can be reproduced");
        Recipe recipe = old.ReadRecipe(House.Vocabulary());
        var job = new RunJob(RunRecord.KindOf(old), root, RunOptions.StoreOf(parsed), terminal) { Threads = parsed.GetValue(RunOptions.Threads) };
        RunOutcome outcome = job.Begin(recipe, old.Manifest.Decisions);
        if (outcome.Interrupted is { } code)
        {
            Console.Error.WriteLine("interrupted; the run cannot be compared");
            return code;
        }

        RunManifest then = old.Manifest, now = outcome.Manifest;
        bool same = now.WeightsSha256 == expected;
        var differences = Differences(then, now).ToList();
        terminal.Result(new
        {
            Run = old.Id,
            Reproduced = outcome.Manifest.RunId,
            Same = same,
            Expected = expected,
            Actual = now.WeightsSha256,
            Differences = differences.Select(d => new { d.Input, d.Then, d.Now, d.Matters }),
        });
        terminal.Markup(same ? $"[green]same bits[/]  {expected}" : $"[red]other bits[/]  {now.WeightsSha256}, expected {expected}");
        foreach (var (input, before, after, matters) in differences)
            terminal.Line($"  {input}: {before} -> {after}{(matters ? "" : " (makes no difference to results)")}");
        if (!same && !differences.Any(d => d.Matters)) terminal.Line("  no input differs: this breaks Mettle's promise, please report it with both run folders");
        terminal.Line($"folder  {outcome.Folder}");
        return same ? ExitCode.Good : ExitCode.Failed;
    }

    private static IEnumerable<(string Input, string Then, string Now, bool Matters)> Differences(RunManifest then, RunManifest now)
    {
        IEnumerable<(string Input, string Then, string Now, bool Matters)> all =
        [
            ("recipe hash", then.RecipeHash ?? "", now.RecipeHash ?? "", true),
            .. then.DataHashes.Keys.Union(now.DataHashes.Keys).Order(StringComparer.Ordinal)
                .Select(f => ($"SHA-256 of {f}", then.DataHashes.GetValueOrDefault(f, "none"), now.DataHashes.GetValueOrDefault(f, "none"), true)),
            ("Mettle", then.MettleVersion, now.MettleVersion, true),
            ("decisions", Text(then), Text(now), true),
            ("runtime", then.Runtime, now.Runtime, false),
            ("platform", then.Platform, now.Platform, false),
            ("instruction set", then.InstructionSet, now.InstructionSet, false),
            ("threads", $"{then.Threads}", $"{now.Threads}", false),
        ];
        return all.Where(d => d.Then != d.Now);
    }

    private static string Text(RunManifest m) => string.Join(", ", m.Decisions.Select(d => $"{d.Name}={d.Value}"));
}
