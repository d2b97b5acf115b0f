using System.Globalization;

namespace Mettle.Runs;

/// <summary>Compares recipes by meaning-bearing places rather than by lines of text.</summary>
internal static class RecipeDiff
{
    /// <summary>The changes, grouped under the path of the section or word they lie in.</summary>
    public static IReadOnlyList<string> Lines(MapNode from, MapNode to, Vocabulary vocabulary)
    {
        var lines = new List<string>();
        Compare(from, to, vocabulary.Fields, "", vocabulary, lines);
        return lines;
    }

    /// <summary>Paths of all values that are set.</summary>
    public static IReadOnlyList<string> Leaves(MapNode root, Vocabulary vocabulary)
    {
        var paths = new List<string>();
        Visit(root, vocabulary.Fields, "");
        return paths;

        void Visit(MapNode map, IReadOnlyList<Field> fields, string path)
        {
            foreach (Entry entry in map.Entries)
            {
                Field field = fields.First(f => f.Name == entry.Key);
                string at = RecipeValidator.Join(path, entry.Key);
                if (field.Kind == FieldKind.Section) Visit((MapNode)entry.Value, field.Fields, at);
                else if (field.Kind == FieldKind.Slot) Word(entry.Value, field, at);
                else if (field.Kind == FieldKind.SlotList && entry.Value is ListNode { Items.Count: > 0 } list)
                {
                    for (int i = 0; i < list.Items.Count; i++) Word(list.Items[i], field, $"{at}.{i.ToString(CultureInfo.InvariantCulture)}");
                }
                else paths.Add(at);
            }
        }

        void Word(Node node, Field field, string path)
        {
            WordSyntax word = WordSyntax.Of(node);
            if (word.Fields is null) paths.Add(path);
            else Visit(word.Fields, vocabulary.Find(field.Slot!, word.Name)!.Fields, $"{path}.{word.Name}");
        }
    }

    private static void Compare(MapNode? from, MapNode? to, IReadOnlyList<Field> fields, string path, Vocabulary vocabulary, List<string> lines)
    {
        var here = new List<string>();
        var deeper = new List<string>();
        foreach (string key in (from?.Entries ?? []).Concat(to?.Entries ?? []).Select(e => e.Key).Distinct(StringComparer.Ordinal))
        {
            Field field = fields.First(f => f.Name == key);
            Node? before = from?.Find(key)?.Value, after = to?.Find(key)?.Value;
            if (before is not null && after is not null && YamlWriter.Flow(before) == YamlWriter.Flow(after)) continue;

            string at = RecipeValidator.Join(path, key);
            if (field.Kind == FieldKind.Section)
            {
                Compare(before as MapNode, after as MapNode, field.Fields, at, vocabulary, deeper);
            }
            else if (field.Kind == FieldKind.Slot && before is not null && after is not null
                && WordSyntax.Of(before) is var old && WordSyntax.Of(after) is var now && old.Name == now.Name)
            {
                Compare(old.Fields, now.Fields, vocabulary.Find(field.Slot!, old.Name)!.Fields, $"{at}.{old.Name}", vocabulary, deeper);
            }
            else
            {
                if (before is not null) here.AddRange(Shown("- ", key, before));
                if (after is not null) here.AddRange(Shown("+ ", key, after));
            }
        }

        if (here.Count > 0 && path.Length > 0) lines.Add($"@@ {path}");
        lines.AddRange(here);
        lines.AddRange(deeper);
    }

    private static IEnumerable<string> Shown(string sign, string key, Node node)
        => YamlWriter.Lines(new MapNode([new Entry(key, node, default)], default)).Select(line => sign + line);
}
