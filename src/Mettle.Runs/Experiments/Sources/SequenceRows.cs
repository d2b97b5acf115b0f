using Mettle.Data;
using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Rows of equal-length sequences with a number to predict, made by a generator (challenges bring such sources).</summary>
/// <param name="values">[rows, steps, features], row-major.</param>
/// <param name="steps">Steps of a sequence.</param>
/// <param name="features">Numbers per step.</param>
/// <param name="targets">One number per row, used as it is.</param>
/// <param name="name">For the report.</param>
public sealed class SequenceRows(float[] values, int steps, int features, float[] targets, string name) : SourceData
{
    /// <inheritdoc/>
    public override int RowCount => targets.Length;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Classes => [];

    /// <inheritdoc/>
    public override bool BringsTest => false;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Hashes { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override EncodedData Encode(Split split, Recipe recipe, Relabel relabel)
        => recipe["data.normalize"].Text() is not ("auto" or "none") ? throw recipe["data.normalize"].Problem("is for images and tables; sequences are used as they are") : new(
            Rows(split.Train.AsSpan()),
            split.Validation.IsEmpty ? null : Rows(split.Validation.AsSpan()),
            split.Test.IsEmpty ? null : Rows(split.Test.AsSpan()),
            new InputSpec([steps, features], [], LearningTask.Regression, 1),
            [],
            [new("sequences", $"{name}: {targets.Length} of {steps} steps")]);

    private DataPart Rows(ReadOnlySpan<int> rows)
    {
        int size = steps * features;
        var x = new float[rows.Length * size];
        var y = new float[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            values.AsSpan(rows[i] * size, size).CopyTo(x.AsSpan(i * size));
            y[i] = targets[rows[i]];
        }

        return new DataPart(ArrayDataset.Regression(x, [steps, features], y.Length, y), [], y);
    }
}
