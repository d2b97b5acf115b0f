using System.Globalization;
using Mettle.Data;
using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>
/// Development and test rows of arrays. Numbers are standardised by the training rows: feature by feature (the last axis of
/// [features] and [steps, features], the first of images), leaving what is not finite out of account.
/// </summary>
internal sealed class ArrayRows(LabelledArrays rows, LabelledArrays? test, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> hashes) : SourceData
{
    private readonly bool classes = rows.Names is not null;

    /// <inheritdoc/>
    public override int RowCount => rows.Count;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Classes => rows.Labels;

    /// <inheritdoc/>
    public override bool BringsTest => test is not null;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Hashes => hashes;

    /// <inheritdoc/>
    public override string RowName(int row) => $"row {rows.FileRows[row]} of {rows.File}";

    private int Features => rows.Sample.Rank == 3 ? rows.Sample[0] : rows.Sample[^1];

    /// <inheritdoc/>
    public override EncodedData Encode(Split split, Recipe recipe, Relabel relabel)
    {
        var (mean, scale) = Scales(split.Train.AsSpan(), recipe["data.normalize"]);
        double middle = classes ? 0 : split.Train.AsSpan().ToArray().Average(r => rows.Targets[r]);
        double spread = classes ? 1 : Deviation([.. split.Train.AsSpan().ToArray().Select(r => rows.Targets[r])], middle);
        DataPart Part(LabelledArrays from, int[] chosen, Relabel? change = null)
        {
            float[] x = Standardised(from, chosen, mean, scale);
            if (!classes)
            {
                float[] y = [.. chosen.Select(r => (float)((from.Targets[r] - middle) / spread))];
                return new DataPart(ArrayDataset.Regression(x, rows.Sample, y.Length, y), [], y);
            }

            int[] labels = [.. chosen.Select(r => from.Labels[r])];
            labels = change?.Invoke(labels, chosen) ?? labels;
            return new DataPart(ArrayDataset.Classification(x, rows.Sample, labels), labels, []);
        }

        int[] training = [.. split.Train], everyTest = test is null ? [.. split.Test] : [.. Enumerable.Range(0, test.Count)];
        var bad = rows.Bad.Concat(test?.Bad ?? []).ToList();
        List<DataFact> facts =
        [
            new("rows", (rows.Count + (test?.Count ?? 0)).ToString("N0", CultureInfo.InvariantCulture)),
            new("a row", rows.Sample.Rank switch { 1 => $"{rows.Sample[0]} numbers", 2 => $"{rows.Sample[0]} steps of {rows.Sample[1]} numbers", _ => $"{rows.Sample} (channels, height, width)" }),
            .. classes ? [new DataFact("classes", $"{names.Count}: {string.Join(", ", names.Take(12))}")] : Array.Empty<DataFact>(),
            .. bad.Take(5).Select(b => new DataFact("not finite", b.ToString())),
            .. bad.Count > 5 ? [new DataFact("not finite", $"{bad.Count - 5} further rows")] : Array.Empty<DataFact>(),
        ];
        return new EncodedData(
            Part(rows, training, relabel),
            split.Validation.IsEmpty ? null : Part(rows, [.. split.Validation], relabel),
            everyTest.Length == 0 ? null : Part(test ?? rows, everyTest),
            new InputSpec(rows.Sample, [], classes ? LearningTask.Classification : LearningTask.Regression, classes ? names.Count : 1),
            names,
            facts)
        {
            BadRows = bad,
            Packaging = Package(mean, scale, middle, spread),
        };
    }

    // The same steps, so the same bits, as the datasets' rows.
    private Packaging Package(float[] mean, float[] scale, double middle, double spread)
    {
        Shape shape = rows.Sample.Rank == 3 ? [Features, 1, 1] : [Features];
        return new()
        {
            Prepare = x => (x - Tensor.From(mean, shape)) * Tensor.From(scale, shape),
            Restore = y => (y * spread) + middle,
            Notes = new Dictionary<string, string>(Notes, StringComparer.Ordinal)
            {
                [ModelNotes.Input] = $"Numbers as they are in the file, [N, {string.Join(", ", rows.Sample.Dims.ToArray())}]; the model scales them itself.",
            },
        };
    }

    private (float[] Mean, float[] Scale) Scales(ReadOnlySpan<int> training, RecipeValue normalize)
    {
        var mean = new float[Features];
        var scale = Enumerable.Repeat(1f, Features).ToArray();
        string rule = normalize.Text();
        if (rule == "none")
        {
            return (mean, scale);
        }

        var seen = new List<double>[Features];
        for (int f = 0; f < Features; f++)
        {
            seen[f] = [];
        }

        int size = (int)rows.Sample.Count;
        foreach (int row in training)
        {
            for (int j = 0; j < size; j++)
            {
                if (rows.Values[(row * size) + j] is var v && float.IsFinite(v))
                {
                    seen[FeatureOf(j)].Add(v);
                }
            }
        }

        for (int f = 0; f < Features; f++)
        {
            double low = rule == "unit" ? seen[f].DefaultIfEmpty(0).Min() : seen[f].DefaultIfEmpty(0).Average();
            double width = rule == "unit" ? seen[f].DefaultIfEmpty(0).Max() - low : Deviation(seen[f], low);
            mean[f] = (float)low;
            scale[f] = width > 0 ? (float)(1 / width) : 1;
        }

        return (mean, scale);
    }

    private static double Deviation(IReadOnlyList<double> values, double mean)
        => values.Count == 0 ? 1 : Math.Max(1e-6, Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / values.Count));

    private int FeatureOf(int j) => rows.Sample.Rank == 3 ? j / (rows.Sample[1] * rows.Sample[2]) : j % Features;

    private float[] Standardised(LabelledArrays from, int[] chosen, float[] mean, float[] scale)
    {
        int size = (int)rows.Sample.Count;
        var x = new float[chosen.Length * size];
        for (int i = 0; i < chosen.Length; i++)
        {
            for (int j = 0; j < size; j++)
            {
                int f = FeatureOf(j);
                x[(i * size) + j] = (from.Values[(chosen[i] * size) + j] - mean[f]) * scale[f];
            }
        }

        return x;
    }
}
