using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mettle.Runs;

/// <summary>Reads the part of YAML that recipes use into nodes that know their places: one document of mappings, lists and
/// scalars. Anchors, aliases and tags are refused, which also rules out documents that expand without end.</summary>
internal sealed class YamlReader
{
    /// <summary>Levels of nesting allowed.</summary>
    public const int MaxDepth = 32;

    private readonly List<RecipeProblem> _problems;
    private readonly string _file;
    private readonly Parser _parser;

    private YamlReader(string yaml, string file, List<RecipeProblem> problems)
    {
        (_file, _problems) = (file, problems);
        _parser = new Parser(new StringReader(yaml));
    }

    /// <summary>The document's only node; null (with the reason among <paramref name="problems"/>) where it cannot be read or is empty.</summary>
    public static Node? Read(string yaml, string file, List<RecipeProblem> problems)
    {
        if (!CheckCharacters(yaml, file, problems)) return null;
        var reader = new YamlReader(yaml, file, problems);
        try
        {
            return reader.Document();
        }
        catch (YamlException e)
        {
            problems.Add(new RecipeProblem(file, (int)e.Start.Line, (int)e.Start.Column, "", "this is not YAML: " + Plain(e.Message)));
            return null;
        }
        catch (TooDeep e)
        {
            problems.Add(new RecipeProblem(file, e.At.Line, e.At.Column, "", $"nested deeper than {MaxDepth} levels"));
            return null;
        }
    }

    private Node? Document()
    {
        Advance();
        Advance();
        if (_parser.Current is not DocumentStart)
        {
            Report(new Mark(1, 1), "the file is empty; a recipe needs at least a name, data and a model");
            return null;
        }

        Advance();
        Node? node = Value(0);
        Advance();
        Advance();
        if (_parser.Current is DocumentStart second) Report(At(second), "a second document starts here; a file holds one recipe");
        if (node is ScalarNode { IsNull: true })
        {
            Report(new Mark(1, 1), "the file is empty; a recipe needs at least a name, data and a model");
            return null;
        }

        return node;
    }

    /// <summary>Reads the node at the current event and leaves the parser on its last event.</summary>
    private Node Value(int depth)
    {
        ParsingEvent current = _parser.Current ?? throw new YamlException("the file ends too early");
        Mark at = At(current);
        if (depth > MaxDepth) throw new TooDeep(at);
        if (current is NodeEvent node)
        {
            if (!node.Anchor.IsEmpty) Report(at, $"anchor '&{node.Anchor}': a recipe says each value where it is used");
            if (!node.Tag.IsEmpty) Report(at, $"tag '{node.Tag}': a recipe needs no tags, remove it");
        }

        switch (current)
        {
            case AnchorAlias alias:
                Report(at, $"alias '*{alias.Value}': a recipe says each value where it is used");
                return new ScalarNode("", Quoted: true, at);
            case Scalar scalar:
                return new ScalarNode(scalar.Value, scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any), at);
            case SequenceStart:
                var items = new List<Node>();
                while (Next() is not SequenceEnd) items.Add(Value(depth + 1));
                return new ListNode(items, at);
            case MappingStart:
                return Mapping(at, depth);
            default:
                throw new YamlException(current.Start, current.End, $"unexpected {current.GetType().Name}");
        }
    }

    private MapNode Mapping(Mark at, int depth)
    {
        var entries = new List<Entry>();
        var seen = new Dictionary<string, Mark>(StringComparer.Ordinal);
        while (Next() is not MappingEnd)
        {
            Node key = Value(depth + 1);
            Next();
            Node value = Value(depth + 1);
            if (key is not ScalarNode { Text: var name })
                Report(key.At, "a key must be a plain name");
            else if (seen.TryGetValue(name, out Mark first))
                Report(key.At, $"duplicate key '{name}', first given in line {first.Line}");
            else
            {
                seen.Add(name, key.At);
                entries.Add(new Entry(name, value, key.At));
            }
        }

        return new MapNode(entries, at);
    }

    private ParsingEvent Next()
    {
        Advance();
        return _parser.Current ?? throw new YamlException("the file ends too early");
    }

    /// <summary>Moves on. The parser reports some malformed documents (<c>...</c> before the first one) as slips of its own.</summary>
    private void Advance()
    {
        try
        {
            _parser.MoveNext();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            Mark at = _parser.Current is { } last ? At(last) : new Mark(1, 1);
            throw new YamlException(new YamlDotNet.Core.Mark(0, at.Line, at.Column), new YamlDotNet.Core.Mark(0, at.Line, at.Column), "the document is malformed after this", e);
        }
    }

    private void Report(Mark at, string message) => _problems.Add(new RecipeProblem(_file, at.Line, at.Column, "", message));

    private static Mark At(ParsingEvent e) => new((int)e.Start.Line, (int)e.Start.Column);

    /// <summary>YAML forbids tabs as indentation and most control characters; saying so beats the parser's message.</summary>
    private static bool CheckCharacters(string yaml, string file, List<RecipeProblem> problems)
    {
        int before = problems.Count, line = 1, lineStart = 0;
        bool indent = true;
        for (int i = 0; i < yaml.Length; i++)
        {
            char c = yaml[i];
            string? wrong = c switch
            {
                '\t' when indent => "a tab in the indentation; use spaces",
                '\n' or '\r' or '\t' => null,
                _ when char.IsControl(c) && c != '\u0085' => $"the control character U+{(int)c:X4} cannot stand in a recipe",
                _ when char.IsSurrogate(c) && !IsPair(yaml, i) => "half of a character (a lone surrogate); save the file as UTF-8",
                _ => null,
            };
            if (wrong is not null)
            {
                problems.Add(new RecipeProblem(file, line, i - lineStart + 1, "", wrong));
                if (problems.Count - before >= 20) return false;
            }

            if (c == '\n') (line, lineStart, indent) = (line + 1, i + 1, true);
            else if (c is not (' ' or '\t' or '\r')) indent = false;
            else if (c == '\t') indent = false;
        }

        return problems.Count == before;
    }

    private static bool IsPair(string text, int i) => char.IsHighSurrogate(text[i])
        ? i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])
        : i > 0 && char.IsHighSurrogate(text[i - 1]);

    private static string Plain(string message)
    {
        // YamlException.Message may begin with "(Line: 2, Col: 1, Idx: 9) - (…): ", which the problem's own place says already.
        int colon = message.StartsWith("(Line", StringComparison.Ordinal) ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        return (colon < 0 ? message : message[(colon + 3)..]).TrimEnd('.').ReplaceLineEndings(" ");
    }

    private sealed class TooDeep(Mark at) : Exception
    {
        public Mark At { get; } = at;
    }
}
