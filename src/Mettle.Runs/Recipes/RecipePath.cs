using System.Globalization;

namespace Mettle.Runs;

/// <summary>Where a dotted path leads in a vocabulary and a recipe.</summary>
/// <param name="Field">The field, or null where the path ends at a word of a slot.</param>
/// <param name="Word">The word the path ends at, or null.</param>
/// <param name="Node">What the recipe holds there; null for nothing.</param>
/// <param name="Near">Place of the value or, where it is unset, of the nearest thing around it that is set.</param>
internal sealed record RecipePath(Field? Field, Word? Word, Node? Node, Mark Near)
{
    /// <summary>Follows a path such as <c>train.loss.cross-entropy.label-smoothing</c>: a slot is followed by the name of a
    /// word, a list of words by an index or a word's name (the first of that name); null and the reason where it leads nowhere.</summary>
    public static RecipePath? Find(Vocabulary vocabulary, MapNode root, string path, out string error)
    {
        error = "";
        string[] parts = path.Split('.');
        IReadOnlyList<Field> fields = vocabulary.Fields;
        MapNode? map = root;
        Mark near = root.At;
        for (int i = 0; ; i++)
        {
            string at = string.Join('.', parts[..i]);
            Field? field = fields.FirstOrDefault(f => f.Name == parts[i]);
            if (field is null)
            {
                error = RecipeValidator.UnknownKey(vocabulary, parts[i], fields, at);
                return null;
            }

            Entry? entry = map?.Find(field.Name);
            Node? node = entry?.Value;
            if (entry is not null) near = node!.At;
            if (i == parts.Length - 1) return new RecipePath(field, null, node, near);

            at = RecipeValidator.Join(at, field.Name);
            if (field.Kind == FieldKind.Section)
            {
                (fields, map) = (field.Fields, node as MapNode);
                continue;
            }

            if (field.Kind is not (FieldKind.Slot or FieldKind.SlotList))
            {
                error = $"'{at}' is {ScalarValue.Describe(field.Kind)} and has no keys, so no '{parts[i + 1]}'";
                return null;
            }

            string next = parts[++i];
            if (field.Kind == FieldKind.SlotList)
            {
                node = Item(node as ListNode, next, out bool indexed);
                if (indexed && node is null)
                {
                    error = $"'{at}' has no item {next}";
                    return null;
                }

                if (indexed)
                {
                    string name = WordSyntax.Of(node!).Name;
                    near = node!.At;
                    if (i == parts.Length - 1) return new RecipePath(null, vocabulary.Find(field.Slot!, name), node, near);
                    next = parts[++i];
                }
            }

            Word? word = vocabulary.Find(field.Slot!, next);
            if (word is null)
            {
                error = RecipeValidator.UnknownWord(vocabulary, field, next, at);
                return null;
            }

            WordSyntax? held = node is null ? null : WordSyntax.Of(node);
            if (held?.Name != next) held = null;
            if (held is not null) near = held.At;
            if (i == parts.Length - 1) return new RecipePath(null, word, held is null ? null : node, near);
            (fields, map) = (word.Fields, held?.Fields);
        }
    }

    /// <summary>The item of a list of words that a part of a path names: by index, or the first of that name.</summary>
    public static Node? Item(ListNode? list, string part, out bool indexed)
    {
        indexed = int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int index);
        if (list is null) return null;
        if (indexed) return index < list.Items.Count ? list.Items[index] : null;
        return list.Items.FirstOrDefault(item => WordSyntax.Of(item).Name == part);
    }
}
