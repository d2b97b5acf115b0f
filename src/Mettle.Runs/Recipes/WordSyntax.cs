namespace Mettle.Runs;

/// <summary>A word as a slot holds it: <c>adamw</c>, <c>{adamw: {lr: 0.1}}</c> or <c>{onnx: model.onnx}</c>.</summary>
/// <param name="Name">The word.</param>
/// <param name="Fields">Its fields; null for none.</param>
/// <param name="At">Where the word's name stands.</param>
internal sealed record WordSyntax(string Name, MapNode? Fields, Mark At)
{
    /// <summary>A value in place of the fields, for the one field that the word requires; null where there is none.</summary>
    public ScalarNode? Short { get; init; }

    /// <summary>Reads a slot's value; null and the reason where it is no word.</summary>
    public static WordSyntax? Read(Node node, out string error)
    {
        error = "";
        switch (node)
        {
            case ScalarNode { IsNull: false } scalar:
                return new WordSyntax(scalar.Text, null, scalar.At);
            case MapNode { Entries: [var entry] }:
                if (entry.Value is MapNode fields) return new WordSyntax(entry.Key, fields, entry.At);
                if (entry.Value is ScalarNode { IsNull: true }) return new WordSyntax(entry.Key, null, entry.At);
                if (entry.Value is ScalarNode value) return new WordSyntax(entry.Key, null, entry.At) { Short = value };
                error = NoMapping(entry.Key, entry.Value);
                return null;
            case MapNode { Entries.Count: > 1 } map:
                error = $"takes one word, found {map.Entries.Count} keys ('{map.Entries[0].Key}', '{map.Entries[1].Key}', ...); indent a word's fields under it";
                return null;
            case ScalarNode:
                error = "has no value; give a word or remove the key";
                return null;
            default:
                error = $"must be a word, perhaps with its fields, found {ScalarValue.Describe(node)}";
                return null;
        }
    }

    /// <summary>Why a value cannot stand for a word's fields.</summary>
    public static string NoMapping(string word, Node found) => $"must give the fields of '{word}' as a mapping, found {ScalarValue.Describe(found)}";

    /// <summary>Reads a word of a valid recipe.</summary>
    public static WordSyntax Of(Node node) => Read(node, out string error) ?? throw new InvalidOperationException(error);

    /// <summary>The shortest way to write it.</summary>
    public Node ToNode() => Fields is null or { Entries.Count: 0 }
        ? new ScalarNode(Name, Quoted: false, At)
        : new MapNode([new Entry(Name, Fields, At)], At);
}
