namespace Mettle.Runs;

/// <summary>All that recipes may say: the fields of the root section and the words of each slot. The floors that bring
/// optimisers, models or treatments add theirs at start-up; recipes read from then on.</summary>
/// <remarks>Not for adding from several threads at once.</remarks>
public sealed class Vocabulary
{
    private readonly Dictionary<string, List<Word>> _slots = new(StringComparer.Ordinal);
    private Field _root;

    /// <summary>Makes a vocabulary with these root fields and no words.</summary>
    public Vocabulary(params IReadOnlyList<Field> fields)
    {
        foreach (Field field in fields) CheckField(field);
        CheckUnique(fields, "the root");
        _root = Field.Section("recipe", "The whole recipe.", fields);
    }

    /// <summary>The root's fields.</summary>
    public IReadOnlyList<Field> Fields => _root.Fields;

    /// <summary>The root as a section.</summary>
    internal Field Root => _root;

    /// <summary>Names of the slots that have words, sorted.</summary>
    public IEnumerable<string> Slots => _slots.Keys.Order(StringComparer.Ordinal);

    /// <summary>The words of a slot in the order they were added; empty for an unknown slot.</summary>
    public IReadOnlyList<Word> Words(string slot) => _slots.TryGetValue(slot, out List<Word>? words) ? words : [];

    /// <summary>The word of that name, or null.</summary>
    public Word? Find(string slot, string name) => Words(slot).FirstOrDefault(w => w.Name == name);

    /// <summary>Adds a word. Throws <see cref="ArgumentException"/> where the slot already has one of that name.</summary>
    public void Add(Word word)
    {
        CheckName(word.Name);
        CheckName(word.Slot);
        if (Find(word.Slot, word.Name) is not null)
            throw new ArgumentException($"the slot '{word.Slot}' already has a word '{word.Name}'");
        foreach (Field field in word.Fields) CheckField(field);
        CheckUnique(word.Fields, $"the word '{word.Name}'");
        if (!_slots.TryGetValue(word.Slot, out List<Word>? words)) _slots.Add(word.Slot, words = []);
        words.Add(word);
    }

    /// <summary>Adds a word that builds a <typeparamref name="T"/>.</summary>
    public void Add<T>(string slot, string name, string doc, IReadOnlyList<Field> fields, Func<WordValue, T> build)
        where T : notnull
        => Add(new Word<T>(slot, name, doc, fields, build));

    /// <summary>Adds a field to a section named by its dotted path, "" for the root. Throws <see cref="ArgumentException"/>
    /// where there is no such section or it already has the field.</summary>
    public void AddField(string section, Field field)
    {
        CheckField(field);
        string[] path = section.Length == 0 ? [] : section.Split('.');
        _root = Inserted(_root, path, field, section);
    }

    /// <summary>What is inconsistent: slots without words, and defaults that are no word of their slot.</summary>
    public IReadOnlyList<string> Inconsistencies()
    {
        var found = new List<string>();
        Visit(_root.Fields, "");
        foreach (string slot in Slots)
            foreach (Word word in Words(slot)) Visit(word.Fields, $"{slot}:{word.Name}.");
        return found;

        void Visit(IReadOnlyList<Field> fields, string prefix)
        {
            foreach (Field field in fields)
            {
                if (field.Kind == FieldKind.Section) Visit(field.Fields, $"{prefix}{field.Name}.");
                if (field.Slot is null) continue;
                if (Words(field.Slot).Count == 0) found.Add($"'{prefix}{field.Name}' takes words of '{field.Slot}', which has none");
                else if (field.Default is string word && Find(field.Slot, word) is null)
                    found.Add($"'{prefix}{field.Name}' defaults to '{word}', which is no word of '{field.Slot}'");
            }
        }
    }

    private static Field Inserted(Field section, ReadOnlySpan<string> path, Field field, string name)
    {
        var fields = section.Fields.ToList();
        if (path.Length == 0)
        {
            fields.Add(field);
            CheckUnique(fields, name.Length == 0 ? "the root" : $"'{name}'");
            return section with { Fields = fields };
        }

        string head = path[0];
        int index = fields.FindIndex(f => f.Name == head && f.Kind == FieldKind.Section);
        if (index < 0) throw new ArgumentException($"no section '{name}' to add '{field.Name}' to");
        fields[index] = Inserted(fields[index], path[1..], field, name);
        return section with { Fields = fields };
    }

    private static void CheckField(Field field)
    {
        CheckName(field.Name);
        if (field.Kind is FieldKind.Slot or FieldKind.SlotList && field.Slot is null)
            throw new ArgumentException($"the field '{field.Name}' names no slot");
        bool fits = field.Default is null || field.Kind switch
        {
            FieldKind.Int => field.Default is long,
            FieldKind.Float => field.Default is double d && double.IsFinite(d),
            FieldKind.Bool => field.Default is bool,
            FieldKind.Text => field.Default is string s && (field.Choices?.Contains(s) ?? true),
            FieldKind.Path or FieldKind.Slot => field.Default is string,
            FieldKind.IntList => field.Default is IReadOnlyList<long>,
            FieldKind.FloatList => field.Default is IReadOnlyList<double>,
            FieldKind.TextList => field.Default is IReadOnlyList<string>,
            _ => false,
        };
        if (!fits) throw new ArgumentException($"the default of '{field.Name}' does not fit its kind {field.Kind}");
        foreach (Field inner in field.Fields) CheckField(inner);
        CheckUnique(field.Fields, $"'{field.Name}'");
    }

    private static void CheckUnique(IReadOnlyList<Field> fields, string owner)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Field field in fields)
        {
            if (!names.Add(field.Name)) throw new ArgumentException($"{owner} has two fields '{field.Name}'");
        }
    }

    /// <summary>Names are parts of dotted paths, where a number means an index.</summary>
    private static void CheckName(string name)
    {
        bool good = name.Length > 0 && char.IsAsciiLetterLower(name[0])
            && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
        if (!good) throw new ArgumentException($"'{name}' is not a kebab-case name");
    }
}
