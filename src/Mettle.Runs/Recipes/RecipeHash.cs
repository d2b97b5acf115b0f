using System.Security.Cryptography;
using System.Text.Json;

namespace Mettle.Runs;

/// <summary>Writes what a recipe means as JSON with sorted keys and every default filled in, and hashes it.</summary>
internal sealed class RecipeHash
{
    private readonly Vocabulary _vocabulary;
    private readonly Utf8JsonWriter _json;

    private RecipeHash(Vocabulary vocabulary, Utf8JsonWriter json) => (_vocabulary, _json) = (vocabulary, json);

    /// <summary>SHA-256 in lowercase hex.</summary>
    public static string Of(MapNode root, Vocabulary vocabulary)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            new RecipeHash(vocabulary, json).Section(root, vocabulary.Fields);
        }

        return Convert.ToHexStringLower(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
    }

    private void Section(MapNode? map, IEnumerable<Field> fields)
    {
        _json.WriteStartObject();
        foreach (Field field in fields.Where(f => !f.Incidental).OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            Node? node = map?.Find(field.Name)?.Value;
            // A field with neither value nor default says nothing, so adding such a field keeps older hashes.
            if (node is null && field.Default is null && field.Kind != FieldKind.Section) continue;
            _json.WritePropertyName(field.Name);
            Value(field, node);
        }

        _json.WriteEndObject();
    }

    private void Value(Field field, Node? node)
    {
        switch (field.Kind)
        {
            case FieldKind.Section:
                Section(node as MapNode, field.Fields);
                break;
            case FieldKind.Slot:
                Word(field, node is null ? new WordSyntax((string)field.Default!, null, default) : WordSyntax.Of(node));
                break;
            case FieldKind.SlotList:
                _json.WriteStartArray();
                foreach (Node item in ((ListNode)node!).Items) Word(field, WordSyntax.Of(item));
                _json.WriteEndArray();
                break;
            case FieldKind.IntList or FieldKind.FloatList or FieldKind.TextList:
                _json.WriteStartArray();
                FieldKind kind = ScalarValue.ItemKind(field.Kind);
                if (node is null)
                    foreach (object item in ((System.Collections.IEnumerable)field.Default!).Cast<object>()) Scalar(item);
                else
                    foreach (Node item in ((ListNode)node).Items) Scalar(ScalarValue.Parse(field, kind, item, out _)!);
                _json.WriteEndArray();
                break;
            default:
                Scalar(node is null ? field.Default! : ScalarValue.Parse(field, field.Kind, node, out _)!);
                break;
        }
    }

    private void Word(Field field, WordSyntax word)
    {
        _json.WriteStartObject();
        _json.WritePropertyName(word.Name);
        Section(word.Fields, _vocabulary.Find(field.Slot!, word.Name)?.Fields ?? []);
        _json.WriteEndObject();
    }

    private void Scalar(object value)
    {
        switch (value)
        {
            case long l: _json.WriteNumberValue(l); break;
            case double d: _json.WriteNumberValue(d); break;
            case bool b: _json.WriteBooleanValue(b); break;
            case string s: _json.WriteStringValue(s); break;
            default: throw new InvalidOperationException($"no JSON for {value.GetType().Name}");
        }
    }
}
