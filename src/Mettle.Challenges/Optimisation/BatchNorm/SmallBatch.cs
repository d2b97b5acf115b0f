using System.Globalization;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// Whether training batches are large enough for batch norm: the share of a normalised unit's variance that comes from the
/// other rows of its batch rather than from the row, in the worst layer, and the model's accuracy by batch size.
/// </summary>
/// <remarks>
/// Wu and He, "Group normalization" (2018), figure 1, and Wu and Johnson (2021), section 3: errors rise from batches of 16 rows
/// down. Of independent rows of single numbers a batch of B has a noise of 1/B; of images it is less, as each brings many pixels.
/// </remarks>
public sealed class SmallBatch : Check
{
    // About batches of 6 rows where a row is one number per unit: on Fashion-MNIST batches of 8 do no harm yet, batches of 4 do.
    private const double Threshold = 0.2;

    // 64 batches of 2 rows, or 8 of 16, make the interval.
    private const int MostRows = 128, LargestMeasured = 16, FewestBatches = 8;

    // Two for the noise; where it is more than half the threshold five sizes of batch and the running statistics.
    private const double Passes = 2 * CheckBudget.Forward, TablePasses = 6 * CheckBudget.Forward;

    /// <inheritdoc/>
    public override string Name => "small-batch";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => RunningStatistics.In(subject.Model.Module) ? MostRows * (Passes + TablePasses) : 0;

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var layers = NormRows.Layers(subject.Model.Module);
        if (layers.Count == 0)
        {
            return CheckResult.Skip("The model has no batch norm.");
        }

        var train = subject.Experiment.Data.Encoded.Train;
        int together = Math.Min(layers.Min(l => l.RowsTogether(Norms.RowsOfAPart(subject.Recipe))), train.Count);
        var rows = NormRows.Draw(subject, train, subject.Budget.Rows(Math.Min(MostRows, train.Count), Passes));
        int size = Math.Min(Math.Min(together, LargestMeasured), rows.Count / FewestBatches);
        if (size < Math.Min(together, 2))
        {
            return CheckResult.Skip($"{rows.Count} training rows are too few to compare batches.");
        }

        // What independent rows have in common falls with their number.
        double share = size / (double)together;
        var places = BatchNoise.Measure(rows, size, layers).Select(l => (l.Layer, Test: Statistics.PairedT([.. l.Noise.Select(x => x * share)], threshold: Threshold))).ToList();
        if (places.Exists(p => !double.IsFinite(p.Test.Mean)))
        {
            return CheckResult.Skip("The model's outputs are not finite on batches' own statistics; see the check non-finite.");
        }

        var (worst, (value, interval, p)) = places.MaxBy(l => l.Test.Mean);
        bool over = value > Threshold;
        string layer = $"'{worst.Path}' ({worst.GetType().Name})";
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over
                ? $"Batches of {together} rows are too small for batch norm: in {layer} {100 * value:0} % of a unit's variance comes from the other rows of its batch."
                : $"Batches of {together} rows are large enough for batch norm: at most {100 * value:0.0} % of a unit's variance, in {layer}, comes from the other rows of its batch.",
            $"{rows.Count} training rows through the trained model in batches of {size}, normalised by their own statistics: each row once more among other rows, and half the mean squared difference of the layer's two results over their variance over the rows{(size < together ? $", times {size}/{together}" : "")}; interval over batches, p-value times the {places.Count} layers. Accumulating gradients over several batches does not help: the statistics stay those of each.",
            new Measurement($"share of variance from the rest of the batch in '{worst.Path}'", value, interval, "%"),
            Threshold,
            Math.Min(1, p * places.Count),
            over ? Severity.Problem : Severity.Fine,
            [
                new BarChart("Share of variance from the rest of the batch, by layer", "share", [.. places.Select(l => l.Layer.Path)], [.. places.Select(l => l.Test.Mean)]),
                .. value > Threshold / 2 ? [BySize(NormRows.Draw(subject, train, subject.Budget.Rows(rows.Count, TablePasses)), together, size)] : Array.Empty<Evidence>(),
            ],
            over ? ["weight-standardisation", "group-norm", "layer-norm", "batch-renorm"] : [])
        {
            Place = over ? new Place { Layer = $"{worst.Path} ({worst.GetType().Name})", Line = LineOf(subject.Recipe["train.batch"], subject.Recipe) } : null,
        });
    }

    private static TableEvidence BySize(NormRows rows, int together, int size)
    {
        int[] sizes = [.. new SortedSet<int> { size, 2, 8, 32, MostRows }.Where(b => b == size || b <= rows.Count)];
        List<IReadOnlyList<string>> table = [.. sizes.Select(b => Row(b == together ? $"{b} (in training)" : b.ToString(CultureInfo.InvariantCulture), rows.InBatches(b)))];
        var running = rows.Running();
        table.Add(Row("running statistics", running));
        string metric = running.Task == LearningTask.Classification ? "accuracy" : "R²";
        return new TableEvidence("The trained model by the statistics of batches of so many rows", ["rows", metric, "loss"], table);
    }

    private static IReadOnlyList<string> Row(string name, Evaluation e)
    {
        string metric = e.Task == LearningTask.Classification
            ? Statistics.Wilson(e.Correct, e.Count) is var i ? string.Create(CultureInfo.InvariantCulture, $"{100 * e.Accuracy:0.0} % ({100 * i.Low:0.0} to {100 * i.High:0.0})") : ""
            : e.R2.ToString("0.000", CultureInfo.InvariantCulture);
        return [name, metric, e.Losses().Average().ToString("0.000", CultureInfo.InvariantCulture)];
    }

    private static string? LineOf(RecipeValue value, Recipe recipe) => value is { IsSet: true, Line: > 0 } ? TrainingStory.LineOf(recipe, value) : null;
}
