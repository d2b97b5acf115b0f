using System.Globalization;
using Mettle.Data;

namespace Mettle.Runs;

/// <summary>A time series in a CSV file, one row per step, cut into windows with a later value to predict.</summary>
/// <param name="Path">The file.</param>
/// <param name="Delimiter">What separates fields.</param>
/// <param name="Columns">Columns that a window holds, joined by line breaks; "" for all of numbers.</param>
/// <param name="Window">Steps of a window.</param>
/// <param name="Horizon">Steps from the window's last to the value predicted.</param>
/// <param name="Stride">Steps from one window's beginning to the next one's.</param>
public sealed record SeriesSource(string Path, char Delimiter, string Columns, int Window, int Horizon, int Stride) : DataSource
{
    /// <inheritdoc/>
    public override SourceData Read(Recipe recipe)
    {
        var target = recipe["data.target"];
        string predicted = target.HasValue ? target.Text() : throw target.Problem("is needed for a series: the column to predict");
        var table = CsvReader.Read(Path, new CsvOptions { Delimiter = Delimiter });
        string[] columns = Columns.Length > 0 ? Columns.Split('\n') : [.. table.Columns.OfType<NumericColumn>().Select(c => c.Name)];
        if (columns.Length == 0)
        {
            throw new DataException("No column holds numbers.", "Name a file with a series.", Path);
        }

        int rows = table.RowCount - Window - Horizon;
        return rows >= 0
            ? new SeriesRows(new SeriesForm(columns, Window, Horizon, $"{Delimiter}"), SeriesForm.Values(table, columns), SeriesForm.Values(table, [predicted]), predicted, Stride, FileHash.ByName([Path]))
            : throw new DataException($"It has {table.RowCount} steps, too few for a window of {Window} and a horizon of {Horizon}.", "Name a longer series or lower window.", Path);
    }
}

/// <summary>Windows of a series, in time's order.</summary>
public sealed class SeriesRows : SourceData
{
    private readonly SeriesForm form;
    private readonly float[] values, predicted;
    private readonly string target;
    private readonly int stride, last;

    internal SeriesRows(SeriesForm form, float[] values, float[] predicted, string target, int stride, IReadOnlyDictionary<string, string> hashes)
    {
        (this.form, this.values, this.predicted, this.target, this.stride, Hashes) = (form, values, predicted, target, stride, hashes);
        last = form.Window - 1 + form.Horizon;
        RowCount = ((predicted.Length - 1 - last) / stride) + 1;
    }

    /// <inheritdoc/>
    public override int RowCount { get; }

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Classes => [];

    /// <inheritdoc/>
    public override bool BringsTest => false;

    /// <inheritdoc/>
    public override int? Gap => last / stride;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Hashes { get; }

    /// <inheritdoc/>
    public override string RowName(int row) => $"the window from step {(row * stride) + 1} of {Hashes.Keys.First()}";

    /// <inheritdoc/>
    public override EncodedData Encode(Split split, Recipe recipe, Relabel relabel)
    {
        bool scaled = recipe["data.normalize"].Text() switch
        {
            "auto" or "standard" => true,
            "none" => false,
            var other => throw recipe["data.normalize"].Problem($"is '{other}', which is for images; a series takes auto, standard or none"),
        };
        int columns = form.Columns.Count;
        int[] steps = Steps(split.Train.AsSpan());
        var moments = Enumerable.Range(0, columns).Select(c => scaled ? Moments(steps.Select(s => values[(s * columns) + c])) : (Mean: 0f, Deviation: 1f)).ToArray();
        float[] mean = [.. moments.Select(m => m.Mean)], scale = [.. moments.Select(m => 1 / m.Deviation)];
        var goal = Moments(split.Train.Select(r => predicted[(r * stride) + last]));
        DataPart Rows(ReadOnlySpan<int> rows)
        {
            int[] starts = [.. rows.ToArray().Select(r => r * stride)];
            float[] targets = [.. starts.Select(s => (predicted[s + last] - goal.Mean) / goal.Deviation)];
            return new DataPart(new SeriesWindows(values, form.Window, mean, scale, starts, targets), [], targets);
        }

        return new EncodedData(
            Rows(split.Train.AsSpan()),
            split.Validation.IsEmpty ? null : Rows(split.Validation.AsSpan()),
            split.Test.IsEmpty ? null : Rows(split.Test.AsSpan()),
            new InputSpec([form.Window, columns], [], LearningTask.Regression, 1),
            [],
            [
                new("steps", predicted.Length.ToString("N0", CultureInfo.InvariantCulture)),
                new("columns", $"{columns}: {string.Join(", ", form.Columns.Take(12))}"),
                new("windows", $"{RowCount.ToString("N0", CultureInfo.InvariantCulture)} of {form.Window} steps; parts follow one another in time, {Gap} windows between them are left out"),
                new("target", $"{target}, {form.Horizon} {(form.Horizon == 1 ? "step" : "steps")} after the window"),
            ])
        {
            Encoder = form.ToJson(),
            Packaging = Package(mean, scale, goal),
        };
    }

    private Packaging Package(float[] mean, float[] scale, (float Mean, float Deviation) goal) => new()
    {
        Prepare = x => (x - Tensor.From(mean).Reshape(1, 1, mean.Length)) * Tensor.From(scale).Reshape(1, 1, scale.Length),
        Restore = y => (y * goal.Deviation) + goal.Mean,
        Notes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ModelNotes.Target] = target,
            [ModelNotes.Series] = form.ToJson(),
            [ModelNotes.Input] = $"sequence: {form.Window} steps one after another, [N, {form.Window}, {form.Columns.Count}], columns as in '{ModelNotes.Series}', values as they are; the model scales them itself.",
        },
    };

    // The steps that the rows' windows hold, each once.
    private int[] Steps(ReadOnlySpan<int> rows)
    {
        var seen = new bool[predicted.Length];
        foreach (int row in rows)
        {
            seen.AsSpan(row * stride, form.Window).Fill(true);
        }

        return [.. Enumerable.Range(0, seen.Length).Where(s => seen[s])];
    }

    private static (float Mean, float Deviation) Moments(IEnumerable<float> numbers)
    {
        double[] all = [.. numbers.Select(n => (double)n)];
        double mean = all.Average(), deviation = Math.Sqrt(all.Sum(n => (n - mean) * (n - mean)) / all.Length);
        return ((float)mean, deviation > 1e-12 ? (float)deviation : 1);
    }
}
