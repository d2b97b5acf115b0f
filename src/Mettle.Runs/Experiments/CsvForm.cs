using System.Text.Json;
using Mettle.Data;

namespace Mettle.Runs;

/// <summary>How a CSV file of training rows was written, so that new rows can be read the same way.</summary>
/// <param name="Columns">Names in the file's order, the target among them.</param>
/// <param name="Delimiter">One character.</param>
/// <param name="Missing">Texts that stand for "no value".</param>
/// <param name="TrimTarget">Characters cut from the end of the target's values.</param>
public sealed record CsvForm(IReadOnlyList<string> Columns, string Delimiter, IReadOnlyList<string> Missing, string TrimTarget)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As a note of a model.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="ToJson"/> wrote; <paramref name="source"/> is for messages.</summary>
    /// <exception cref="DataException">The text is not such JSON.</exception>
    public static CsvForm FromJson(string json, string source)
    {
        try
        {
            if (JsonSerializer.Deserialize<CsvForm>(json, Json) is { Columns.Count: > 0, Delimiter.Length: 1, Missing: not null, TrimTarget: not null } form && !form.Columns.Contains(null!)) return form;
        }
        catch (JsonException e)
        {
            throw Bad(e);
        }

        throw Bad(null);

        DataException Bad(JsonException? inner) => new($"Its note '{ModelNotes.Csv}' does not say how rows are written.", "Export the model again.", source, inner: inner);
    }
}
