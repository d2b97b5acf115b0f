namespace Mettle.Nn;

/// <summary>A model's outputs with the truth, row by row.</summary>
public sealed class Predictions
{
    private readonly float[] outputs;
    private double[]? probabilities;

    private Predictions(float[] outputs, int width, int[] labels, float[] targets)
    {
        if (width < 1 || outputs.Length % width != 0)
        {
            throw new ArgumentException($"{outputs.Length} outputs do not make rows of {width}.");
        }

        this.outputs = outputs;
        Width = width;
        Labels = labels;
        Targets = targets;
        Count = outputs.Length / width;
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Outputs per row.</summary>
    public int Width { get; }

    /// <summary>Number of classes: the width, or 2 where one logit stands for the second class.</summary>
    public int Classes => Width == 1 ? 2 : Width;

    /// <summary>Class of each row; empty where values are predicted.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Values of each row, [rows, width]; empty where classes are predicted.</summary>
    public IReadOnlyList<float> Targets { get; }

    private double[] All => probabilities ??= Softmax();

    /// <summary>Logits [rows, width], row-major, with the classes. One column is the logit of class 1.</summary>
    public static Predictions OfClasses(float[] logits, int width, int[] labels)
    {
        var p = new Predictions(logits, width, labels, []);
        int wrong = Array.FindIndex(labels, l => l < 0 || l >= p.Classes);
        return labels.Length != p.Count ? throw new ArgumentException($"{p.Count} rows have {labels.Length} labels.")
            : wrong >= 0 ? throw new ArgumentException($"Label {labels[wrong]} of row {wrong} is not one of {p.Classes} classes.")
            : p;
    }

    /// <summary>Predicted values [rows, width] with the true ones.</summary>
    public static Predictions OfValues(float[] outputs, int width, float[] targets)
        => targets.Length == outputs.Length
            ? new Predictions(outputs, width, [], targets)
            : throw new ArgumentException($"{outputs.Length} outputs have {targets.Length} target values.");

    /// <summary>The rows at <paramref name="rows"/>, which may repeat.</summary>
    public Predictions Pick(ReadOnlySpan<int> rows)
    {
        var picked = new float[rows.Length * Width];
        var labels = new int[Labels.Count == 0 ? 0 : rows.Length];
        var targets = new float[Targets.Count == 0 ? 0 : picked.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            Row(rows[i]).CopyTo(picked.AsSpan(i * Width));
            if (labels.Length > 0)
            {
                labels[i] = Labels[rows[i]];
            }

            for (int k = 0; k < Width && targets.Length > 0; k++)
            {
                targets[(i * Width) + k] = Targets[(rows[i] * Width) + k];
            }
        }

        return new Predictions(picked, Width, labels, targets);
    }

    /// <summary>Outputs of one row.</summary>
    public ReadOnlySpan<float> Row(int row) => outputs.AsSpan(row * Width, Width);

    /// <summary>Class with the largest output, the first of equals; -1 if an output is NaN, which counts as wrong.</summary>
    public int Predicted(int row)
    {
        var logits = Row(row);
        if (Width == 1)
        {
            return float.IsNaN(logits[0]) ? -1 : logits[0] > 0 ? 1 : 0;
        }

        int best = 0;
        for (int k = 0; k < logits.Length; k++)
        {
            if (float.IsNaN(logits[k]))
            {
                return -1;
            }

            best = logits[k] > logits[best] ? k : best;
        }

        return best;
    }

    /// <summary>Softmax of a row (logistic function of a single logit), in float64.</summary>
    public ReadOnlySpan<double> Probabilities(int row) => All.AsSpan(row * Classes, Classes);

    /// <summary>Probability of one class in every row.</summary>
    public double[] Probability(int ofClass) => [.. Enumerable.Range(0, Count).Select(i => All[(i * Classes) + ofClass])];

    // By the engine's exponential, whose bits depend on its argument alone: a metric may decide which epoch is the best.
    private double[] Softmax()
    {
        using var scope = MemoryScope.Begin("probabilities");
        using var quiet = Autograd.NoGrad();
        var z = Tensor.From(outputs, [Count, Width]).To(DType.F64);
        z = Width == 1 ? Tensor.Concat(1, Tensor.Zeros([Count, 1], DType.F64), z) : z;
        return z.Softmax(1).ToArray<double>();
    }
}
