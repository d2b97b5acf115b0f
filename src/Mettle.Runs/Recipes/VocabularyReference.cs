using System.Text;

namespace Mettle.Runs;

/// <summary>Writes a vocabulary as Markdown tables, for the documentation and for <c>--help</c>.</summary>
public static class VocabularyReference
{
    /// <summary>One table per section and, where slots have words, one per word with fields.</summary>
    public static string Markdown(Vocabulary vocabulary)
    {
        var text = new StringBuilder();
        Sections(text, "(root)", vocabulary.Fields, "The top of the file.");
        foreach (string slot in vocabulary.Slots)
        {
            text.Append($"### Words of `{slot}`\n\n");
            foreach (Word word in vocabulary.Words(slot)) text.Append($"- `{word.Name}`: {word.Doc}\n");
            text.Append('\n');
            foreach (Word word in vocabulary.Words(slot).Where(w => w.Fields.Count > 0)) Sections(text, $"{slot}: {word.Name}", word.Fields, word.Doc);
        }

        return text.ToString();
    }

    private static void Sections(StringBuilder text, string title, IReadOnlyList<Field> fields, string doc)
    {
        text.Append($"### `{title}`\n\n{doc}\n\n| Key | Holds | Default | Meaning |\n|---|---|---|---|\n");
        foreach (Field field in fields.Where(f => f.Kind != FieldKind.Section))
            text.Append($"| `{field.Name}` | {Holds(field)} | {Default(field)} | {field.Doc.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        text.Append('\n');
        foreach (Field field in fields.Where(f => f.Kind == FieldKind.Section))
            Sections(text, title == "(root)" ? field.Name : $"{title}.{field.Name}", field.Fields, field.Doc);
    }

    private static string Holds(Field field)
    {
        string limits = field.LimitText().Replace("|", "\\|", StringComparison.Ordinal);
        string kind = field.Kind switch
        {
            FieldKind.Slot => $"a word of `{field.Slot}`",
            FieldKind.SlotList => $"a list of words of `{field.Slot}`",
            _ => ScalarValue.Describe(field.Kind),
        };
        return limits.Length == 0 ? kind : $"{kind}: {limits}";
    }

    private static string Default(Field field)
    {
        if (field.Required) return "required";
        string text = field.DefaultText();
        return text.Length == 0 ? "none" : $"`{text}`";
    }
}
