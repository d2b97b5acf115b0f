using System.Globalization;

namespace Mettle.Runs;

/// <summary>The value of one field of a recipe: what the file says or, where it is silent, the field's default. Reading it as a
/// kind it does not have throws <see cref="InvalidOperationException"/>: that is a slip in code, not in the recipe.</summary>
public sealed class RecipeValue
{
    private readonly Recipe _recipe;
    private readonly Field _field;
    private readonly Node? _node;
    private readonly Mark _near;

    internal RecipeValue(Recipe recipe, string key, Field field, Node? node, Mark near)
        => (_recipe, Key, _field, _node, _near) = (recipe, key, field, node, near);

    /// <summary>Dotted path of the field.</summary>
    public string Key { get; }

    /// <summary>Whether the recipe says it itself.</summary>
    public bool IsSet => _node is not null;

    /// <summary>Whether there is a value: one that is set, or a default.</summary>
    public bool HasValue => _node is not null || _field.Default is not null;

    /// <summary>1-based line of the value or, where it is unset, of the nearest thing around it; 0 for values set by code.</summary>
    public int Line => _near.Line;

    /// <summary>A whole number within 32 bits.</summary>
    public int Int()
    {
        long value = Long();
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw Problem($"must be within 32 bits, found {value.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>A whole number.</summary>
    public long Long() => (long)Scalar(FieldKind.Int);

    /// <summary>A finite number; also of a whole-number field.</summary>
    public double Double() => _field.Kind == FieldKind.Int ? Long() : (double)Scalar(FieldKind.Float);

    /// <summary>True or false.</summary>
    public bool Bool() => (bool)Scalar(FieldKind.Bool);

    /// <summary>A text; of a slot, the name of its word; of a path, as written.</summary>
    public string Text()
    {
        if (_field.Kind == FieldKind.Slot) return Syntax().Name;
        return (string)Scalar(_field.Kind == FieldKind.Path ? FieldKind.Path : FieldKind.Text);
    }

    /// <summary>A path; a relative one is taken from the recipe's folder.</summary>
    public string Path() => System.IO.Path.GetFullPath((string)Scalar(FieldKind.Path), _recipe.Folder);

    /// <summary>Where relative paths of the recipe start.</summary>
    public string Folder => _recipe.Folder;

    /// <summary>A list of whole numbers, empty when unset without a default.</summary>
    public IReadOnlyList<int> Ints() => [.. List<long>(FieldKind.IntList).Select(v => v is >= int.MinValue and <= int.MaxValue
        ? (int)v
        : throw Problem($"must hold numbers within 32 bits, found {v.ToString(CultureInfo.InvariantCulture)}"))];

    /// <summary>A list of finite numbers, empty when unset without a default.</summary>
    public IReadOnlyList<double> Doubles() => List<double>(FieldKind.FloatList);

    /// <summary>A list of texts, empty when unset without a default.</summary>
    public IReadOnlyList<string> Texts() => List<string>(FieldKind.TextList);

    /// <summary>A slot's word: the one that is set or the slot's default. Throws <see cref="RecipeException"/> where there is neither.</summary>
    public WordValue Word()
    {
        Need(FieldKind.Slot);
        return Value(Syntax(), Key);
    }

    /// <summary>What a slot's word stands for.</summary>
    public T Word<T>()
        where T : notnull
        => Word().Build<T>();

    /// <summary>The words of a list, empty when unset.</summary>
    public IReadOnlyList<WordValue> Words()
    {
        Need(FieldKind.SlotList);
        return _node is ListNode list ? [.. list.Items.Select((item, i) => Value(WordSyntax.Of(item), $"{Key}.{i.ToString(CultureInfo.InvariantCulture)}"))] : [];
    }

    /// <summary>What the words of a list stand for.</summary>
    public IReadOnlyList<T> Words<T>()
        where T : notnull
        => [.. Words().Select(w => w.Build<T>())];

    /// <summary>An error at this value's place, for rules that the vocabulary cannot state: <c>throw value.Problem("…")</c>.</summary>
    public RecipeException Problem(string message, Exception? inner = null)
        => new(new RecipeProblem(_recipe.File, _near.Line, _near.Column, Key, $"'{Key}' {message}"), inner);

    private WordSyntax Syntax()
    {
        if (_node is not null) return WordSyntax.Of(_node);
        return _field.Default is string word ? new WordSyntax(word, null, _near) : throw Missing();
    }

    private WordValue Value(WordSyntax syntax, string key)
    {
        Word word = _recipe.Vocabulary.Find(_field.Slot!, syntax.Name)
            ?? throw new InvalidOperationException($"'{Key}' defaults to '{syntax.Name}', which no one added to the slot '{_field.Slot}'");
        return new WordValue(_recipe, key, word, syntax);
    }

    private object Scalar(FieldKind kind)
    {
        Need(kind);
        if (_node is null) return _field.Default ?? throw Missing();
        return ScalarValue.Parse(_field, kind, _node, out string error) ?? throw new InvalidOperationException($"'{Key}' {error}");
    }

    private IReadOnlyList<T> List<T>(FieldKind kind)
    {
        Need(kind);
        if (_node is null) return _field.Default is IReadOnlyList<T> list ? list : [];
        FieldKind item = ScalarValue.ItemKind(kind);
        return [.. ((ListNode)_node).Items.Select(n => (T)(ScalarValue.Parse(_field, item, n, out string error) ?? throw new InvalidOperationException(error)))];
    }

    private void Need(FieldKind kind)
    {
        if (_field.Kind != kind) throw new InvalidOperationException($"'{Key}' is of kind {_field.Kind} and cannot be read as {kind}");
    }

    private RecipeException Missing() => Problem($"is not given and has no default: {_field.Doc}");
}
