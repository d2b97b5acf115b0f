using System.Text.Json;

namespace Mettle.Data;

/// <summary>Which windows of a series a model was trained on, so that new ones can be cut the same way.</summary>
/// <param name="Columns">The columns of a window, in order.</param>
/// <param name="Window">Rows of a window.</param>
/// <param name="Horizon">Rows from the window's last to the one that is predicted.</param>
/// <param name="Delimiter">One character.</param>
public sealed record SeriesForm(IReadOnlyList<string> Columns, int Window, int Horizon, string Delimiter)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The columns' numbers, [rows, columns], row-major.</summary>
    /// <exception cref="DataException">A column is missing or no number, or a value is missing; names file, line and column.</exception>
    public static float[] Values(Table table, IReadOnlyList<string> columns)
    {
        var values = new float[checked(table.RowCount * columns.Count)];
        for (int c = 0; c < columns.Count; c++)
        {
            var column = table[columns[c]] as NumericColumn
                ?? throw new DataException("It holds names, and a series is made of numbers.", "Leave the column out.", table.Source, column: columns[c]);
            for (int row = 0; row < table.RowCount; row++)
            {
                if (column.IsMissing(row))
                    throw new DataException("The value is missing, and the steps of a series follow one another without holes.", "Fill it in.", table.Source, table.LineOf(row), columns[c]);
                values[(row * columns.Count) + c] = (float)column.Values[row];
            }
        }

        return values;
    }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="ToJson"/> wrote; <paramref name="source"/> is for messages.</summary>
    /// <exception cref="DataException">The text is not such JSON.</exception>
    public static SeriesForm FromJson(string json, string source)
    {
        try
        {
            if (JsonSerializer.Deserialize<SeriesForm>(json, Json) is { Columns.Count: > 0, Window: > 0, Horizon: > 0, Delimiter.Length: 1 } form && !form.Columns.Contains(null!))
                return form;
        }
        catch (JsonException e)
        {
            throw Bad(e);
        }

        throw Bad(null);

        DataException Bad(JsonException? inner) => new("It does not say how windows are cut from a series.", "Export the model again.", source, inner: inner);
    }
}
