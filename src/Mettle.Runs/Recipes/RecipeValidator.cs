namespace Mettle.Runs;

/// <summary>Holds a recipe's nodes against the vocabulary: finds every problem, and brings what is good into its shortest form
/// (no empty sections, no words with empty fields).</summary>
internal sealed class RecipeValidator(Vocabulary vocabulary, string file, List<RecipeProblem> problems)
{
    public MapNode Root(MapNode root) => Section(root, vocabulary.Root.Fields, "", root.At);

    private MapNode Section(MapNode? map, IReadOnlyList<Field> fields, string path, Mark at)
    {
        var kept = new List<Entry>();
        foreach (Entry entry in map?.Entries ?? [])
        {
            Field? field = fields.FirstOrDefault(f => f.Name == entry.Key);
            if (field is null) Report(entry.At, Join(path, entry.Key), UnknownKey(vocabulary, entry.Key, fields, path));
            else if (Value(field, entry, Join(path, entry.Key)) is { } value) kept.Add(entry with { Value = value });
        }

        foreach (Field field in fields)
        {
            if (map?.Find(field.Name) is not null) continue;
            if (field.Required) Report(at, Join(path, field.Name), $"missing required key '{field.Name}'{In(path)}: {field.Doc}");
            else if (field.Kind == FieldKind.Section) Section(null, field.Fields, Join(path, field.Name), at);
        }

        return new MapNode(kept, map?.At ?? default);
    }

    private Node? Value(Field field, Entry entry, string path)
    {
        Node node = entry.Value;
        switch (field.Kind)
        {
            case FieldKind.Section:
                if (node is not MapNode && node is not ScalarNode { IsNull: true })
                {
                    Report(node.At, path, $"'{path}' must be a section, found {ScalarValue.Describe(node)}; its keys are {Names(field.Fields.Select(f => f.Name))}");
                    return null;
                }

                MapNode section = Section(node as MapNode, field.Fields, path, entry.At);
                return section.Entries.Count == 0 ? null : section;
            case FieldKind.Slot:
                return Word(field, node, path);
            case FieldKind.SlotList:
                return List(field, node, path, (item, itemPath) => Word(field, item, itemPath));
            case FieldKind.IntList or FieldKind.FloatList or FieldKind.TextList:
                FieldKind kind = ScalarValue.ItemKind(field.Kind);
                return List(field, node, path, (item, itemPath) => Scalar(field, kind, item, itemPath));
            default:
                return Scalar(field, field.Kind, node, path);
        }
    }

    private Node? Scalar(Field field, FieldKind kind, Node node, string path)
    {
        if (ScalarValue.Parse(field, kind, node, out string error) is not null) return node;
        Report(node.At, path, $"'{path}' {error}");
        return null;
    }

    private ListNode? List(Field field, Node node, string path, Func<Node, string, Node?> item)
    {
        if (node is not ListNode list)
        {
            string hint = node is ScalarNode { IsNull: false } s ? $"; write [{ScalarValue.Short(s.Text)}]" : "";
            Report(node.At, path, $"'{path}' must be {ScalarValue.Describe(field.Kind)}, found {ScalarValue.Describe(node)}{hint}");
            return null;
        }

        var items = new List<Node>();
        for (int i = 0; i < list.Items.Count; i++)
        {
            if (item(list.Items[i], $"{path}.{i}") is { } good) items.Add(good);
        }

        return list with { Items = items };
    }

    private Node? Word(Field field, Node node, string path)
    {
        WordSyntax? word = WordSyntax.Read(node, out string error);
        if (word is null)
        {
            Report(node.At, path, $"'{path}' {error}");
            return null;
        }

        Word? known = vocabulary.Find(field.Slot!, word.Name);
        if (known is null)
        {
            Report(word.At, path, UnknownWord(vocabulary, field, word.Name, path));
            return null;
        }

        if (word.Short is { } value)
        {
            if (known.Fields.Where(f => f.Required).ToList() is not [var only])
            {
                Report(node.At, path, $"'{path}' {WordSyntax.NoMapping(word.Name, value)}");
                return null;
            }

            word = word with { Fields = new MapNode([new Entry(only.Name, value, value.At)], value.At) };
        }

        MapNode fields = Section(word.Fields, known.Fields, Join(path, word.Name), word.At);
        return (word with { Fields = fields }).ToNode();
    }

    /// <summary>The message for a key that is not in the vocabulary.</summary>
    public static string UnknownKey(Vocabulary vocabulary, string key, IReadOnlyList<Field> fields, string path)
    {
        string start = $"unknown key '{ScalarValue.Short(key)}'{In(path)}";
        if (EditDistance.Nearest(key, fields.Select(f => f.Name)) is { } near) return $"{start}; did you mean '{near}'?";
        if (vocabulary.Fields.FirstOrDefault(f => f.Name == key || f.Fields.Any(inner => inner.Name == key)) is { } home && home.Name != path)
            return home.Name == key ? $"{start}; it belongs at the left margin" : $"{start}; it belongs in '{home.Name}'";
        return fields.Count == 0 ? $"{start}; it has no keys" : $"{start}; its keys are {Names(fields.Select(f => f.Name))}";
    }

    /// <summary>The message for a word that its slot does not have.</summary>
    public static string UnknownWord(Vocabulary vocabulary, Field field, string word, string path)
    {
        IEnumerable<string> words = vocabulary.Words(field.Slot!).Select(w => w.Name);
        string start = $"unknown word '{ScalarValue.Short(word)}' for '{path}'";
        return EditDistance.Nearest(word, words) is { } near ? $"{start}; did you mean '{near}'?" : $"{start}; it takes {Names(words)}";
    }

    /// <summary>Dotted path of a field within a section.</summary>
    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string In(string path) => path.Length == 0 ? "" : $" in '{path}'";

    private static string Names(IEnumerable<string> names) => string.Join(", ", names);

    private void Report(Mark at, string path, string message)
        => problems.Add(new RecipeProblem(file, at.Line, at.Column, path, message));
}
