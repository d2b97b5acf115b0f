using System.Globalization;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>One of a model's outputs read as scores of classes.</summary>
internal sealed class ClassScores
{
    private readonly double[] _scores;
    private readonly IReadOnlyList<string>? _labels;

    private ClassScores(OutputColumn output, double[] scores, int classes, IReadOnlyList<string>? labels, bool shares)
        => (Output, _scores, Classes, _labels, AreShares) = (output, scores, classes, labels, shares);

    /// <summary>Where the scores stand.</summary>
    public OutputColumn Output { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Whether each row's scores are shares of 1.</summary>
    public bool AreShares { get; }

    /// <summary>
    /// The output that holds scores: [rows, classes], of the same number as there are labels, or with rows that add up to 1; where
    /// <paramref name="wanted"/>, any such output. Null if there is none.
    /// </summary>
    /// <exception cref="BadInputException">Labels were given for a model without scores of that many classes.</exception>
    public static ClassScores? Of(IReadOnlyList<OutputColumn> outputs, int rows, IReadOnlyList<string>? labels, string? labelsFile, bool wanted)
    {
        var candidates = new List<ClassScores>();
        foreach (OutputColumn output in outputs)
        {
            int width = output.Width(rows);
            if (!output.ByRow || width < 2 || output.Numbers is not { DType: DType.F32 or DType.F64 or DType.F16 or DType.BF16 } numbers) continue;
            if (numbers.Shape.Dims[1..].ToArray().Count(d => d > 1) != 1) continue;
            double[] scores = numbers.To(DType.F64).ToArray<double>();
            var names = output.Labels ?? (labels?.Count == width ? labels : null);
            candidates.Add(new ClassScores(output, scores, width, names, Shares(scores, width)));
        }

        if (labelsFile is not null && !candidates.Exists(c => c._labels is not null))
            throw new BadInputException($"{labelsFile}: has {labels!.Count} labels, but no output has {labels.Count} scores in a row ({string.Join(", ", outputs.Select(o => $"{o.Name}: {o.Describe()}"))})");
        return candidates.Where(c => wanted || c._labels is not null || c.AreShares)
            .OrderByDescending(c => c.Output.Name == ModelExport.Probabilities).ThenByDescending(c => c._labels is not null).ThenByDescending(c => c.AreShares).FirstOrDefault();
    }

    /// <summary>What a class is called.</summary>
    public string Label(int index) => _labels is { } l ? l[index] : index.ToString(CultureInfo.InvariantCulture);

    /// <summary>The classes of a row with the largest scores, largest first; of equal ones the first, NaN last.</summary>
    public IEnumerable<(int Class, double Score)> Top(int row, int count)
        => Enumerable.Range(0, Classes).Select(c => (c, _scores[(row * Classes) + c])).OrderByDescending(c => double.IsNaN(c.Item2) ? double.NegativeInfinity : c.Item2).Take(count);

    private static bool Shares(double[] scores, int width)
    {
        const double rounding = 1e-3;
        for (int from = 0; from < scores.Length; from += width)
        {
            var row = scores.AsSpan(from, width);
            double sum = 0;
            foreach (double s in row)
            {
                if (!(s >= 0 && s <= 1 + rounding)) return false;
                sum += s;
            }

            if (Math.Abs(sum - 1) > rounding) return false;
        }

        return true;
    }
}
