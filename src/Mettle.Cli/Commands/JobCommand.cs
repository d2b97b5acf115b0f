using System.CommandLine;
using Mettle.Runs;

namespace Mettle.Cli.Commands;

/// <summary><c>run</c> and <c>train</c>: the same options over more or less of the main job.</summary>
internal abstract class JobCommand : CliCommand
{
    private readonly JobKind _kind;
    private readonly Argument<string?> _recipe = new("RECIPE") { Description = "The recipe, a YAML file; not needed with --resume.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _set = SetOption();
    private readonly Option<string?> _resume = new("--resume") { Description = "Go on with an interrupted run: 'latest', its name or the beginning of it, or its folder.", HelpName = "RUN" };

    protected JobCommand(JobKind kind, string name, string description, params IReadOnlyList<string> examples)
        : base(name, description, examples)
    {
        _kind = kind;
        Add(_recipe);
        Add(_set);
        Add(_resume);
        Add(RunOptions.Runs);
        Add(RunOptions.Store);
        Add(RunOptions.Threads);
    }

    /// <summary>Shows how the run ended and gives the exit code.</summary>
    protected abstract int Show(RunOutcome outcome, ParseResult parsed, Terminal terminal);

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        string? file = parsed.GetValue(_recipe);
        string? resume = parsed.GetValue(_resume);
        if (file is null && resume is null) throw new BadInputException($"name a recipe ('mettle {Name} recipe.yaml') or a run to go on with ('mettle {Name} --resume latest')");
        var job = new RunJob(_kind, parsed.GetRequiredValue(RunOptions.Runs), RunOptions.StoreOf(parsed), terminal) { Threads = parsed.GetValue(RunOptions.Threads) };
        RunOutcome outcome = resume is null
            ? job.Begin(Load(file!, parsed.GetValue(_set), House.Vocabulary()))
            : job.Resume(resume, file is null ? null : v => Load(file, parsed.GetValue(_set), v));
        if (outcome.Interrupted is { } code)
        {
            Console.Error.WriteLine($"interrupted; go on with: {job.ResumeLine(outcome.Manifest.RunId)}");
            terminal.Result(new { Run = outcome.Manifest.RunId, outcome.Folder, outcome.Manifest.Status });
            return code;
        }

        return Show(outcome, parsed, terminal);
    }

    /// <summary>Changes of a recipe.</summary>
    public static Option<string[]> SetOption() => new("--set") { Description = "Change a value of the recipe, e.g. train.epochs=5; may be given several times.", HelpName = "PATH=VALUE" };

    /// <summary>A recipe with such changes.</summary>
    public static Recipe Load(string file, string[]? changes, Vocabulary vocabulary)
    {
        Recipe recipe = Recipe.Load(file, vocabulary);
        foreach (string change in changes ?? [])
        {
            int split = change.IndexOf('=', StringComparison.Ordinal);
            if (split < 1) throw new BadInputException($"--set {change}: is not PATH=VALUE, e.g. --set train.epochs=5");
            recipe = recipe.WithYaml(change[..split], change[(split + 1)..]);
        }

        return recipe;
    }
}
