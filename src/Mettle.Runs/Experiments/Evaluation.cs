using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>A model's predictions on one part of the data, with the numbers that checks and trials compare.</summary>
/// <param name="Task">Classes or numbers.</param>
/// <param name="Predictions">Outputs with the truth, row by row.</param>
public sealed record Evaluation(LearningTask Task, Predictions Predictions)
{
    // Several checks ask for these, and rows may be many. Two threads that come first at once compute the same.
    private double[]? losses, constant;
    private int correct = -1;

    /// <summary>Number of rows.</summary>
    public int Count => Predictions.Count;

    /// <summary>The number that trials compare; higher is better: accuracy, or R².</summary>
    public double Metric => Task == LearningTask.Classification ? Accuracy : R2;

    /// <summary>Share of rows whose largest output is their class; NaN outputs count as wrong.</summary>
    public double Accuracy => Correct / (double)Count;

    /// <summary>Rows whose largest output is their class.</summary>
    public int Correct => correct >= 0 ? correct : correct = Enumerable.Range(0, Count).Count(i => Predictions.Predicted(i) == Predictions.Labels[i]);

    /// <summary>1 - squared error / variance of the targets.</summary>
    public double R2 => RegressionMetrics.R2(Predictions);

    /// <summary>Name and unit of <see cref="Metric"/>.</summary>
    public static (string Name, string Unit) MetricOf(LearningTask task) => task == LearningTask.Classification ? ("accuracy", "%") : ("R²", "");

    /// <summary>Loss of each row: -log probability of its class, or squared error in standardised units. The same array each time: not to be written into.</summary>
    public double[] Losses()
        => losses ??= Task == LearningTask.Classification ? ClassificationMetrics.LogLosses(Predictions) : RegressionMetrics.SquaredErrors(Predictions);

    /// <summary>
    /// Loss of each row under the best constant answer to these rows: their classes' shares, or their mean. The same array each
    /// time: not to be written into.
    /// </summary>
    public double[] ConstantLosses() => constant ??= Task == LearningTask.Classification ? OfShares() : OfMean();

    /// <summary>Equal tasks and predictions; what was computed of them is no part of it.</summary>
    public bool Equals(Evaluation? other) => other is not null && Task == other.Task && Predictions.Equals(other.Predictions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Task, Predictions);

    private double[] OfShares()
    {
        var labels = Predictions.Labels;
        var counts = new int[Predictions.Classes];
        for (int i = 0; i < labels.Count; i++)
        {
            counts[labels[i]]++;
        }

        double[] loss = [.. counts.Select(c => -Math.Log(c / (double)Count))], rows = new double[Count];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = loss[labels[i]];
        }

        return rows;
    }

    private double[] OfMean()
    {
        var targets = Predictions.Targets;
        double sum = 0;
        for (int i = 0; i < targets.Count; i++)
        {
            sum += targets[i];
        }

        double mean = sum / targets.Count;
        var rows = new double[targets.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = (targets[i] - mean) * (targets[i] - mean);
        }

        return rows;
    }
}
