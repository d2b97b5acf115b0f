using System.Text;

namespace Mettle.Runs;

/// <summary>A whole experiment as data: data, model, training, examination, treatment and packaging. Immutable; a treatment is a
/// pure change to it. Format: <c>docs/specs/recipes.md</c>.</summary>
public sealed class Recipe : IEquatable<Recipe>
{
    /// <summary>Largest recipe file, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    private readonly MapNode _root;

    private Recipe(MapNode root, string file, string folder, Vocabulary vocabulary)
        => (_root, File, Folder, Vocabulary) = (root, file, folder, vocabulary);

    /// <summary>The file's name as it was given.</summary>
    public string File { get; }

    /// <summary>The folder that relative paths start from, absolute.</summary>
    public string Folder { get; }

    /// <summary>What this recipe may say.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>SHA-256 in lowercase hex of what the recipe means: defaults filled in, keys sorted, numbers in one notation, the name left out.</summary>
    public string Hash => RecipeHash.Of(_root, Vocabulary);

    /// <summary>Dotted paths of all that is set, in the order of the file; items of lists of words by their index.</summary>
    public IReadOnlyList<string> SetPaths => RecipeDiff.Leaves(_root, Vocabulary);

    /// <summary>The value at a dotted path such as <c>train.loss.cross-entropy.label-smoothing</c>. Where a slot holds another word
    /// than the path names, the value is unset and reads as the named word's default.</summary>
    /// <exception cref="ArgumentException">The vocabulary has no such field.</exception>
    public RecipeValue this[string path]
    {
        get
        {
            RecipePath found = RecipePath.Find(Vocabulary, _root, path, out string error) ?? throw new ArgumentException(error, nameof(path));
            Field field = found.Field ?? throw new ArgumentException($"'{path}' is a word; read its slot or one of its fields", nameof(path));
            return new RecipeValue(this, path, field, found.Node, found.Near);
        }
    }

    /// <summary>Reads a recipe from text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="fileName">Names the text in messages; its folder is where relative paths start unless <paramref name="folder"/> is given.</param>
    /// <param name="vocabulary">What the recipe may say.</param>
    /// <param name="folder">Where relative paths start, for a copy that stands elsewhere than its original.</param>
    /// <exception cref="RecipeException">All problems of the recipe.</exception>
    public static Recipe Parse(string yaml, string fileName, Vocabulary vocabulary, string? folder = null)
    {
        var problems = new List<RecipeProblem>();
        Node? node = YamlReader.Read(yaml, fileName, problems);
        if (node is not null and not MapNode)
            problems.Add(new RecipeProblem(fileName, node.At.Line, node.At.Column, "", $"a recipe is a mapping of keys to values, found {ScalarValue.Describe(node)}"));
        if (node is not MapNode map) throw new RecipeException(problems);

        // A file that starts with a comment has its first key further down; what is missing is missing from the top.
        MapNode root = new RecipeValidator(vocabulary, fileName, problems).Root(map with { At = new Mark(1, 1) });
        if (problems.Count > 0) throw new RecipeException([.. problems.OrderBy(p => p.Line).ThenBy(p => p.Column)]);
        string start = folder ?? Path.GetDirectoryName(Path.GetFullPath(fileName)) ?? Directory.GetCurrentDirectory();
        return new Recipe(root, fileName, Path.GetFullPath(start), vocabulary);
    }

    /// <summary>Reads a recipe from a UTF-8 file of at most 1 MiB.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabulary">What the recipe may say.</param>
    /// <param name="folder">Where relative paths start, by default the file's folder.</param>
    /// <exception cref="RecipeException">The file cannot be read, or all problems of the recipe.</exception>
    public static Recipe Load(string path, Vocabulary vocabulary, string? folder = null)
        => Parse(RecipeFile.Read(path), path, vocabulary, folder);

    /// <summary>What the word of a slot stands for.</summary>
    public T Word<T>(string path)
        where T : notnull
        => this[path].Word<T>();

    /// <summary>What the words of a list stand for.</summary>
    public IReadOnlyList<T> Words<T>(string path)
        where T : notnull
        => this[path].Words<T>();

    /// <summary>The recipe with one value set: a number, bool or text, a list of them, or the name of a slot's word. Sections on the way
    /// are made; a word that the path names replaces another in its slot, and joins a list that lacks it.</summary>
    /// <exception cref="RecipeException">The path leads nowhere or the value does not fit.</exception>
    public Recipe With(string path, object value) => Set(path, RecipeFile.NodeOf(value));

    /// <summary>The recipe with one value set from YAML: <c>WithYaml("data.augment", "[flip, {crop: {pad: 2}}]")</c>.</summary>
    /// <exception cref="RecipeException">The path leads nowhere, or the text is not YAML or does not fit.</exception>
    public Recipe WithYaml(string path, string yaml)
    {
        var problems = new List<RecipeProblem>();
        Node? node = YamlReader.Read(yaml, $"value of '{path}'", problems);
        if (node is null || problems.Count > 0) throw new RecipeException(problems);
        return Set(path, RecipeFile.Unplaced(node));
    }

    /// <summary>The recipe with the word that the path names in its slot (or at the end of its list of words), keeping its fields
    /// where it is there already: <c>WithWord("data.augment.flip")</c>.</summary>
    /// <exception cref="RecipeException">The path leads to no word.</exception>
    public Recipe WithWord(string path)
    {
        RecipePath place = Find(path);
        Word word = place.Word ?? throw Refuse(path, $"'{path}' is no word of a slot");
        if (place.Node is not null) return this;
        return Edited(path, new ScalarNode(word.Name, Quoted: false, default));
    }

    /// <summary>The recipe without a value, section, word or item; the same recipe where it is not set.</summary>
    /// <exception cref="RecipeException">The path leads nowhere, or the value is required.</exception>
    public Recipe Without(string path) => Find(path).Node is null ? this : Edited(path, null);

    /// <summary>The recipe as canonical YAML: keys in their order, texts as written, comments left out.</summary>
    public string ToYaml()
    {
        var text = new StringBuilder();
        foreach (string line in YamlWriter.Lines(_root)) text.Append(line).Append('\n');
        return text.ToString();
    }

    /// <summary>What changes from one recipe to another: <c>@@ train</c> names the section or word, then <c>- epochs: 10</c> and
    /// <c>+ epochs: 20</c>. Empty for equal recipes; the order of keys does not count.</summary>
    public static IReadOnlyList<string> Diff(Recipe from, Recipe to) => RecipeDiff.Lines(from._root, to._root, from.Vocabulary);

    /// <summary>Whether both say the same in the same order.</summary>
    public bool Equals(Recipe? other) => other is not null && ToYaml() == other.ToYaml();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Recipe);

    /// <inheritdoc/>
    public override int GetHashCode() => ToYaml().GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => ToYaml();

    private RecipePath Find(string path) => RecipePath.Find(Vocabulary, _root, path, out string error) ?? throw Refuse(path, error);

    private Recipe Set(string path, Node value)
    {
        Field field = Find(path).Field ?? throw Refuse(path, $"'{path}' is a word; set its slot or one of its fields");
        if (field.Kind == FieldKind.Section) throw Refuse(path, $"'{path}' is a section; set one of {string.Join(", ", field.Fields.Select(f => f.Name))}");
        return Edited(path, value);
    }

    private Recipe Edited(string path, Node? leaf)
    {
        MapNode edited = new RecipeEdit(Vocabulary, path.Split('.'), leaf).Apply(_root);
        var problems = new List<RecipeProblem>();
        MapNode root = new RecipeValidator(Vocabulary, File, problems).Root(edited);
        return problems.Count == 0 ? new Recipe(root, File, Folder, Vocabulary) : throw new RecipeException(problems);
    }

    private RecipeException Refuse(string path, string message) => new(new RecipeProblem(File, 0, 0, path, message));
}
