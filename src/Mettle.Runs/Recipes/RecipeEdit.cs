using System.Globalization;

namespace Mettle.Runs;

/// <summary>Rebuilds a recipe's nodes along one path; what lies elsewhere is shared with the old recipe.</summary>
/// <param name="vocabulary">Gives the fields and words that the path names.</param>
/// <param name="parts">The path's parts; it must lead somewhere (<see cref="RecipePath.Find"/>).</param>
/// <param name="leaf">The new value, or null to take it out. For a path that ends at a word: the word.</param>
internal sealed class RecipeEdit(Vocabulary vocabulary, string[] parts, Node? leaf)
{
    public MapNode Apply(MapNode root) => Section(root, vocabulary.Fields, 0);

    private MapNode Section(MapNode? map, IReadOnlyList<Field> fields, int i)
    {
        map ??= new MapNode([], default);
        Field field = fields.First(f => f.Name == parts[i]);
        return map.With(field.Name, Value(map.Find(field.Name)?.Value, field, i + 1));
    }

    private Node? Value(Node? node, Field field, int i)
    {
        if (i == parts.Length) return leaf;
        if (field.Kind == FieldKind.Section)
        {
            MapNode section = Section(node as MapNode, field.Fields, i);
            return section.Entries.Count == 0 ? null : section;
        }

        if (field.Kind == FieldKind.Slot) return Word(node, field, i);

        var list = node as ListNode ?? new ListNode([], default);
        Node? item = RecipePath.Item(list, parts[i], out bool indexed);
        if (item is null)
        {
            Node? added = Word(null, field, i);
            return added is null ? node : list.Append(added);
        }

        int index = indexed ? int.Parse(parts[i], CultureInfo.InvariantCulture) : list.Items.ToList().IndexOf(item);
        ListNode edited = list.With(index, indexed && i + 1 == parts.Length ? leaf : Word(item, field, indexed ? i + 1 : i));
        return edited.Items.Count == 0 ? null : edited;
    }

    /// <summary>Edits the word that stands at the path's part <paramref name="i"/>. Where the slot holds another word, setting
    /// replaces it and taking out leaves it.</summary>
    private Node? Word(Node? node, Field field, int i)
    {
        WordSyntax? held = node is null ? null : WordSyntax.Of(node);
        bool same = held?.Name == parts[i];
        if (leaf is null && !same) return node;
        if (i + 1 == parts.Length) return leaf is not null && same ? node : leaf;
        Word word = vocabulary.Find(field.Slot!, parts[i])!;
        MapNode fields = Section(same ? held!.Fields : null, word.Fields, i + 1);
        return new WordSyntax(parts[i], fields, same ? held!.At : default).ToNode();
    }
}
