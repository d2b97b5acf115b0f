namespace Mettle.Nn;

/// <summary>How many rows of each true class were taken for each class, and what follows from it.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] counts;
    private readonly int[] truth;

    private ConfusionMatrix(int[,] counts, int[] truth, int total)
    {
        this.counts = counts;
        this.truth = truth;
        Total = total;
    }

    /// <summary>Number of classes.</summary>
    public int Classes => truth.Length;

    /// <summary>Number of rows, those with NaN outputs included (they are right for no class).</summary>
    public int Total { get; }

    /// <summary>Rows taken for their own class.</summary>
    public int Correct => Enumerable.Range(0, Classes).Sum(c => counts[c, c]);

    /// <summary>Share of rows taken for their own class; NaN without rows.</summary>
    public double Accuracy => Correct / (double)Total;

    /// <summary>Mean precision over classes that occur in truth or prediction (scikit-learn's macro average).</summary>
    public double MacroPrecision => Macro(Precision);

    /// <summary>Mean recall over classes that occur in truth or prediction.</summary>
    public double MacroRecall => Macro(Recall);

    /// <summary>Mean F1 over classes that occur in truth or prediction.</summary>
    public double MacroF1 => Macro(F1);

    /// <summary>Rows of class <paramref name="actual"/> taken for <paramref name="predicted"/>.</summary>
    public int this[int actual, int predicted] => counts[actual, predicted];

    /// <summary>Counts the rows.</summary>
    public static ConfusionMatrix Of(Predictions p)
    {
        var cells = new int[p.Classes, p.Classes];
        var rows = new int[p.Classes];
        for (int i = 0; i < p.Count; i++)
        {
            int predicted = p.Predicted(i);
            rows[p.Labels[i]]++;
            if (predicted >= 0)
            {
                cells[p.Labels[i], predicted]++;
            }
        }

        return new ConfusionMatrix(cells, rows, p.Count);
    }

    /// <summary>Right among those taken for the class; 0 if none was.</summary>
    public double Precision(int c) => Share(counts[c, c], Taken(c));

    /// <summary>Right among those of the class; 0 if there are none.</summary>
    public double Recall(int c) => Share(counts[c, c], truth[c]);

    /// <summary>Harmonic mean of precision and recall; 0 if both are.</summary>
    public double F1(int c) => Share(2 * counts[c, c], Taken(c) + truth[c]);

    private static double Share(int part, int whole) => whole == 0 ? 0 : part / (double)whole;

    private int Taken(int c) => Enumerable.Range(0, Classes).Sum(t => counts[t, c]);

    private double Macro(Func<int, double> of)
        => Enumerable.Range(0, Classes).Where(c => truth[c] + Taken(c) > 0).Select(of).DefaultIfEmpty(double.NaN).Average();
}
