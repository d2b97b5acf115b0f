using System.CommandLine;
using Mettle.Runs;

namespace Mettle.Cli.Commands;

/// <summary>Prints what recipes may say.</summary>
internal sealed class WordsCommand : CliCommand
{
    private readonly Argument<string?> _slot = new("SLOT") { Description = "Only the words of this slot, e.g. model or optimizer.", Arity = ArgumentArity.ZeroOrOne };

    public WordsCommand()
        : base("words", "List everything that a recipe may say.", "mettle words", "mettle words optimizer")
        => Add(_slot);

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        var vocabulary = House.Vocabulary();
        string? slot = parsed.GetValue(_slot);
        if (slot is not null && vocabulary.Words(slot).Count == 0)
        {
            string mend = EditDistance.Nearest(slot, vocabulary.Slots) is { } near ? $"did you mean '{near}'?" : $"there are {string.Join(", ", vocabulary.Slots)}";
            throw new BadInputException($"recipes have no slot '{slot}'; {mend}");
        }

        var slots = slot is null ? [.. vocabulary.Slots] : new[] { slot };
        terminal.Result(new
        {
            Fields = slot is null ? vocabulary.Fields.Select(Row) : [],
            Slots = slots.ToDictionary(s => s, s => vocabulary.Words(s).Select(w => new { w.Name, w.Doc, Fields = w.Fields.Select(Row) }), StringComparer.Ordinal),
        });
        if (slot is null)
        {
            terminal.Line(VocabularyReference.Markdown(vocabulary).TrimEnd());
            return ExitCode.Good;
        }

        foreach (Word word in vocabulary.Words(slot))
        {
            terminal.Line($"{word.Name}: {word.Doc}");
            foreach (Field field in word.Fields)
            {
                string value = field.Required ? "required" : field.DefaultText() is { Length: > 0 } text ? $"default {text}" : "unset";
                terminal.Line($"    {field.Name} ({value}): {field.Doc}");
            }
        }

        return ExitCode.Good;
    }

    private static object Row(Field field) => new
    {
        field.Name,
        field.Kind,
        field.Doc,
        Default = field.DefaultText(),
        field.Required,
        field.Slot,
        Fields = field.Fields.Select(Row),
    };
}
