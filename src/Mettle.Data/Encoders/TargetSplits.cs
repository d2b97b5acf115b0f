namespace Mettle.Data;

/// <summary>
/// The points that divide a numeric column into ranges in which the target differs: those at which a decision tree on this
/// column alone would split, best first, as long as a split raises the log-likelihood by more than the Bayesian information
/// criterion asks for its parameters (Schwarz, "Estimating the Dimension of a Model", 1978).
/// </summary>
internal sealed class TargetSplits
{
    private const int MostRanges = 32;

    private readonly double[] _values;
    private readonly ITargetScan _scan;
    private readonly int _fewestRows;
    private readonly double _leastGain;

    private TargetSplits(double[] sortedValues, ITargetScan scan)
    {
        _values = sortedValues;
        _scan = scan;
        _fewestRows = Math.Max(16, sortedValues.Length / 512);
        // A split adds one constant and the place of the cut.
        _leastGain = 0.5 * (scan.Parameters + 1) * PortableMath.Log(Math.Max(2, sortedValues.Length));
    }

    /// <summary>A stretch of sorted rows and the best place to cut it; <c>Cut</c> is 0 when no cut is worth its parameters.</summary>
    private readonly record struct Stretch(int Start, int End, int Cut, double Gain);

    /// <summary>The split points in ascending order; empty when the target does not depend on the column, as far as can be told.</summary>
    /// <param name="values">Known values, ascending.</param>
    /// <param name="scan">The target in the order of <paramref name="values"/>.</param>
    public static double[] Find(double[] values, ITargetScan scan) => new TargetSplits(values, scan).Find();

    private double[] Find()
    {
        List<Stretch> stretches = [BestCut(0, _values.Length)];
        while (stretches.Count < MostRanges)
        {
            int best = 0;
            for (int i = 1; i < stretches.Count; i++)
                best = stretches[i].Gain > stretches[best].Gain ? i : best;
            (int start, int end, int cut, _) = stretches[best];
            if (cut == 0)
                break;
            stretches[best] = BestCut(start, cut);
            stretches.Insert(best + 1, BestCut(cut, end));
        }
        return [.. stretches.Skip(1).Select(stretch => _values[stretch.Start - 1] / 2 + _values[stretch.Start] / 2)];
    }

    private Stretch BestCut(int start, int end)
    {
        Stretch best = new(start, end, 0, 0);
        if (end - start < 2 * _fewestRows)
            return best;
        _scan.Begin(start, end);
        for (int cut = start + 1; cut <= end - _fewestRows; cut++)
        {
            double gain = _scan.Advance();
            if (cut - start >= _fewestRows && _values[cut] != _values[cut - 1] && gain > _leastGain && gain > best.Gain)
                best = new Stretch(start, end, cut, gain);
        }
        return best;
    }
}
