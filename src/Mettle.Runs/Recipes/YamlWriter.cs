using System.Globalization;
using System.Text;

namespace Mettle.Runs;

/// <summary>Writes nodes as YAML in one canonical way: two spaces of indentation, lists and single words on one line where they fit.</summary>
internal static class YamlWriter
{
    private const int Width = 100;

    /// <summary>The mapping's lines, without line ends.</summary>
    public static List<string> Lines(MapNode map)
    {
        var lines = new List<string>();
        Block(map, 0, lines);
        return lines;
    }

    /// <summary>A value on one line.</summary>
    public static string Flow(Node node) => node switch
    {
        ScalarNode scalar => Scalar(scalar),
        ListNode list => "[" + string.Join(", ", list.Items.Select(Flow)) + "]",
        MapNode map => "{" + string.Join(", ", map.Entries.Select(e => $"{e.Key}: {Flow(e.Value)}")) + "}",
        _ => throw new InvalidOperationException($"no YAML for {node.GetType().Name}"),
    };

    private static void Block(MapNode map, int indent, List<string> lines)
    {
        string margin = new(' ', indent);
        foreach (Entry entry in map.Entries) Value($"{margin}{entry.Key}:", entry.Value, indent, lines);
    }

    private static void Value(string start, Node node, int indent, List<string> lines)
    {
        string flow = Flow(node);
        bool single = node is not MapNode { Entries.Count: > 1 } && start.Length + flow.Length < Width;
        if (node is ScalarNode or ListNode { Items.Count: 0 } or MapNode { Entries.Count: 0 } || single)
        {
            lines.Add($"{start} {flow}");
            return;
        }

        lines.Add(start);
        if (node is MapNode map)
        {
            Block(map, indent + 2, lines);
            return;
        }

        foreach (Node item in ((ListNode)node).Items) Item(item, indent + 2, lines);
    }

    private static void Item(Node item, int indent, List<string> lines)
    {
        string margin = new(' ', indent);
        if (item is not MapNode { Entries: [var entry] } || indent + 2 + Flow(item).Length < Width)
        {
            lines.Add($"{margin}- {Flow(item)}");
            return;
        }

        Value($"{margin}- {entry.Key}:", entry.Value, indent + 2, lines);
    }

    private static string Scalar(ScalarNode scalar) => !scalar.Quoted && IsPlain(scalar.Text) ? scalar.Text : Quote(scalar.Text);

    /// <summary>Whether a text means itself without quotes, inside a flow list too. Narrower than YAML's own rule.</summary>
    public static bool IsPlain(string text)
    {
        if (text.Length == 0 || text is "null" or "Null" or "NULL") return false;
        bool sign = text[0] is '-' or '+' && text.Length > 1 && (char.IsAsciiDigit(text[1]) || text[1] == '.');
        if (!sign && !char.IsAsciiLetterOrDigit(text[0]) && text[0] is not ('_' or '.' or '/')) return false;
        if (text[^1] == ' ') return false;
        return text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or '+' or '(' or ')' or '=' or '^' or '$' or ' ');
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
