namespace Mettle.Runs;

/// <summary>What a model gives on a part of the data, row by row.</summary>
/// <param name="Task">Classes or numbers.</param>
/// <param name="Outputs">[rows, outputs], row-major: logits, or predicted numbers.</param>
/// <param name="Width">Outputs per row.</param>
/// <param name="Labels">Class of each row; empty for regression.</param>
/// <param name="Targets">Number of each row; empty for classification.</param>
public sealed record Evaluation(LearningTask Task, float[] Outputs, int Width, int[] Labels, float[] Targets)
{
    /// <summary>Number of rows.</summary>
    public int Count => Outputs.Length / Width;

    /// <summary>The number that trials compare; higher is better: accuracy, or R².</summary>
    public double Metric => Task == LearningTask.Classification ? Accuracy : R2;

    /// <summary>Share of rows whose largest output is their class; NaN outputs count as wrong.</summary>
    public double Accuracy => Count == 0 ? double.NaN : Correct / (double)Count;

    /// <summary>Rows whose largest output is their class.</summary>
    public int Correct => Enumerable.Range(0, Count).Count(i => Predicted(i) == Labels[i]);

    /// <summary>1 - squared error / variance of the targets.</summary>
    public double R2
    {
        get
        {
            double mean = Targets.Average(t => (double)t);
            double total = Targets.Sum(t => (t - mean) * (t - mean));
            return 1 - (Targets.Select((t, i) => (double)(t - Outputs[i]) * (t - Outputs[i])).Sum() / total);
        }
    }

    /// <summary>Mean squared error of a regression, in standardised units.</summary>
    public double MeanSquaredError => Targets.Select((t, i) => (double)(t - Outputs[i]) * (t - Outputs[i])).Average();

    /// <summary>Name and unit of <see cref="Metric"/>.</summary>
    public static (string Name, string Unit) MetricOf(LearningTask task) => task == LearningTask.Classification ? ("accuracy", "%") : ("R²", "");

    /// <summary>Class of the largest output of row <paramref name="row"/>; -1 if an output is NaN.</summary>
    public int Predicted(int row)
    {
        var outputs = Outputs.AsSpan(row * Width, Width);
        int best = 0;
        for (int k = 0; k < Width; k++)
        {
            if (float.IsNaN(outputs[k]))
            {
                return -1;
            }

            best = outputs[k] > outputs[best] ? k : best;
        }

        return best;
    }

    /// <summary>Softmax of row <paramref name="row"/>, in float64.</summary>
    public double[] Probabilities(int row)
    {
        var p = new double[Width];
        double max = double.NegativeInfinity, sum = 0;
        for (int k = 0; k < Width; k++)
        {
            max = Math.Max(max, Outputs[(row * Width) + k]);
        }

        for (int k = 0; k < Width; k++)
        {
            sum += p[k] = Math.Exp(Outputs[(row * Width) + k] - max);
        }

        for (int k = 0; k < Width; k++)
        {
            p[k] /= sum;
        }

        return p;
    }

    /// <summary>Loss of each row: -log probability of its class, or squared error.</summary>
    public double[] Losses()
    {
        var losses = new double[Count];
        for (int i = 0; i < losses.Length; i++)
        {
            losses[i] = Task == LearningTask.Classification
                ? -Math.Log(Math.Max(1e-300, Probabilities(i)[Labels[i]]))
                : Math.Pow(Targets[i] - Outputs[i], 2);
        }

        return losses;
    }
}
