using System.Collections.Immutable;
using System.Text.Json;

namespace Mettle.Data;

/// <summary>
/// Turns tables into arrays for a network, in a way learned from training rows alone. Numeric columns are reshaped by
/// <see cref="NumericTransform"/>; missing values become the median, with a 0/1 indicator feature where training had some.
/// Categorical columns become indices of embeddings. Immutable and thread-safe; ships with the model as JSON.
/// </summary>
public sealed class TableEncoder
{
    private TableEncoder(EncoderState state) => State = state;

    /// <summary>The numeric columns' encodings, in feature order.</summary>
    public IReadOnlyList<NumericEncoding> Numeric => State.Numeric;

    /// <summary>The categorical columns' encodings, in feature order.</summary>
    public IReadOnlyList<CategoricalEncoding> Categorical => State.Categorical;

    /// <summary>The target's encoding.</summary>
    public TargetEncoding Target => State.Target;

    private EncoderState State { get; }

    /// <summary>Learns the encoding from the training rows of a table.</summary>
    /// <exception cref="DataException">A named column is not there, a training target is missing, or no feature is left.</exception>
    /// <exception cref="ArgumentException">There are no training rows.</exception>
    public static TableEncoder Fit(Table table, ReadOnlySpan<int> trainingRows, EncoderOptions options)
    {
        if (trainingRows.IsEmpty)
            throw new ArgumentException("There are no training rows.", nameof(trainingRows));
        Table training = table.Take(trainingRows);
        Column target = training[options.Target];
        HashSet<string> ignored = [.. options.Ignore.Select(name => training[name].Name), target.Name];
        foreach (string name in options.Transforms.Keys)
        {
            if (training[name] is not NumericColumn)
                throw new DataException(
                    "A transform is given for a column of names.",
                    "Take it out, or declare the column numeric.", table.Source, column: name);
        }
        TargetEncoding targetEncoding = TargetEncoding.Fit(target, training, options.Task);
        Func<int[], ITargetScan> scan = targetEncoding.Scan(target, training);
        List<NumericEncoding> numeric = [];
        List<CategoricalEncoding> categorical = [];
        foreach (Column column in training.Columns)
        {
            if (ignored.Contains(column.Name))
                continue;
            if (column is NumericColumn numbers)
                numeric.Add(NumericEncoding.Fit(numbers, options.Transforms.GetValueOrDefault(column.Name, options.Transform), scan));
            else
                categorical.Add(CategoricalEncoding.Fit((CategoricalColumn)column));
        }
        if (numeric.Count + categorical.Count == 0)
            throw new DataException("No column is left to learn from.", "Ignore fewer columns.", table.Source);
        return new TableEncoder(new EncoderState(EncoderState.CurrentVersion, [.. numeric], [.. categorical], targetEncoding));
    }

    /// <summary>Features and target of every row.</summary>
    /// <exception cref="DataException">A column is not there or of another kind, a target is missing, or a class is new.</exception>
    public EncodedTable Encode(Table table)
    {
        Column target = table[Target.Name];
        return Target.Task == TargetTask.Classification
            ? Encode(table, Target.Labels(target, table), [])
            : Encode(table, [], Target.Targets(target, table));
    }

    /// <summary>Features of every row; the target need not be there.</summary>
    /// <exception cref="DataException">A column is not there or of another kind.</exception>
    public EncodedTable EncodeFeatures(Table table) => Encode(table, [], []);

    /// <summary>The encoder as JSON text.</summary>
    public string ToJson() => JsonSerializer.Serialize(State, EncoderJson.Default.EncoderState);

    /// <summary>Reads what <see cref="ToJson"/> wrote; gives the same numbers, bit for bit.</summary>
    /// <exception cref="DataException">The text is not such JSON.</exception>
    public static TableEncoder FromJson(string json, string? source = null)
    {
        EncoderState? state;
        try
        {
            state = JsonSerializer.Deserialize(json, EncoderJson.Default.EncoderState);
        }
        catch (JsonException e)
        {
            throw new DataException(
                "This is not an encoder written by Mettle.",
                "Use the file that came with the model.", source, (int?)e.LineNumber + 1, inner: e);
        }
        if (state?.Fault() is { } fault)
            throw new DataException(fault, "Use the file that came with the model.", source);
        return new TableEncoder(state ?? throw new DataException(
            "The encoder is 'null'.",
            "Use the file that came with the model.", source));
    }

    internal static DataException WrongKind(Column column, Table table, string expected) => new(
        $"The column is not {expected}, as it was for training.", "Read the file with the training table's kinds (CsvReader.ReadLike).", table.Source, column: column.Name);

    private EncodedTable Encode(Table table, int[] labels, float[] targets)
    {
        int width = Numeric.Sum(encoding => encoding.Width + (encoding.HasIndicator ? 1 : 0));
        EncodedTable encoded = new()
        {
            RowCount = table.RowCount,
            Numeric = new float[checked(table.RowCount * width)],
            Categorical = new int[checked(table.RowCount * Categorical.Count)],
            Cardinalities = [.. Categorical.Select(encoding => encoding.Cardinality)],
            NumericColumns = [.. Numeric.SelectMany(e => Enumerable.Repeat(e.Name, e.Width + (e.HasIndicator ? 1 : 0)))],
            NumericNames = [.. Numeric.SelectMany(e => e.FeatureNames)],
            CategoricalNames = [.. Categorical.Select(encoding => encoding.Name)],
            Labels = labels,
            Targets = targets,
            ClassNames = [.. Target.Classes],
        };
        int at = 0;
        foreach (NumericEncoding encoding in Numeric)
        {
            if (table[encoding.Name] is not NumericColumn column)
                throw WrongKind(table[encoding.Name], table, "numeric");
            for (int row = 0; row < table.RowCount; row++)
            {
                Span<float> features = encoded.Numeric.AsSpan(row * width + at);
                encoding.Encode(column.Values[row], features);
                if (encoding.HasIndicator)
                    features[encoding.Width] = column.IsMissing(row) ? 1 : 0;
            }
            at += encoding.Width + (encoding.HasIndicator ? 1 : 0);
        }
        for (int i = 0; i < Categorical.Count; i++)
        {
            CategoricalEncoding encoding = Categorical[i];
            if (table[encoding.Name] is not CategoricalColumn column)
                throw WrongKind(table[encoding.Name], table, "categorical");
            int[] indices = encoding.IndexOfCodes(column);
            for (int row = 0; row < table.RowCount; row++)
                encoded.Categorical[row * Categorical.Count + i] = column.IsMissing(row) ? 0 : indices[column.Codes[row]];
        }
        return encoded;
    }
}
