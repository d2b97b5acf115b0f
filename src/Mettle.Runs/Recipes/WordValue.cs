namespace Mettle.Runs;

/// <summary>A word that a recipe uses, with the values of its fields.</summary>
public sealed class WordValue
{
    private readonly Recipe _recipe;
    private readonly Word _word;
    private readonly WordSyntax _syntax;

    internal WordValue(Recipe recipe, string slotKey, Word word, WordSyntax syntax)
    {
        (_recipe, _word, _syntax) = (recipe, word, syntax);
        Key = $"{slotKey}.{word.Name}";
    }

    /// <summary>The word's name.</summary>
    public string Name => _word.Name;

    /// <summary>Dotted path of the word.</summary>
    public string Key { get; }

    /// <summary>1-based line of the word; 0 for words set by code.</summary>
    public int Line => _syntax.At.Line;

    /// <summary>The recipe it belongs to.</summary>
    public Recipe Recipe => _recipe;

    /// <summary>The value of one of the word's fields, or of a field of a section of it (<c>"clip.norm"</c>).</summary>
    public RecipeValue this[string field]
    {
        get
        {
            IReadOnlyList<Field> fields = _word.Fields;
            MapNode? map = _syntax.Fields;
            Mark near = _syntax.At;
            string[] parts = field.Split('.');
            for (int i = 0; ; i++)
            {
                Field found = fields.FirstOrDefault(f => f.Name == parts[i])
                    ?? throw new ArgumentException(RecipeValidator.UnknownKey(_recipe.Vocabulary, parts[i], fields, Key), nameof(field));
                Node? node = map?.Find(found.Name)?.Value;
                if (node is not null) near = node.At;
                if (i == parts.Length - 1) return new RecipeValue(_recipe, $"{Key}.{field}", found, node, near);
                (fields, map) = (found.Fields, node as MapNode);
            }
        }
    }

    /// <summary>What the word stands for, made by the function registered with it.</summary>
    /// <exception cref="InvalidOperationException">The word makes something else than a <typeparamref name="T"/>.</exception>
    public T Build<T>()
        where T : notnull
        => _word.BuildObject(this) is T built
            ? built
            : throw new InvalidOperationException($"the word '{Name}' of the slot '{_word.Slot}' does not make a {typeof(T).Name}");

    /// <summary>An error at the word's place: <c>throw word.Problem("…")</c>.</summary>
    public RecipeException Problem(string message, Exception? inner = null)
        => new(new RecipeProblem(_recipe.File, _syntax.At.Line, _syntax.At.Column, Key, $"'{Key}' {message}"), inner);
}
