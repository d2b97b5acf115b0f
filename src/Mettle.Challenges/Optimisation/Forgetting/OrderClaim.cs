using System.Globalization;
using Mettle.Nn;

namespace Mettle.Challenges.Optimisation;

/// <summary>That one method ends above another by more than a margin, or that a method stays below a level.</summary>
internal sealed class OrderClaim
{
    private readonly string lower;
    private readonly string? upper;
    private readonly double number;

    /// <summary>Paired by seed, the upper method's average accuracy is above the lower's by more than <paramref name="margin"/>.</summary>
    public OrderClaim(string lower, string upper, double margin) => (this.lower, this.upper, number) = (lower, upper, margin);

    /// <summary>The method's average accuracy is below <paramref name="level"/>.</summary>
    public OrderClaim(string method, double level) => (lower, number) = (method, level);

    public ProofPart Judge(IReadOnlyDictionary<string, List<TaskRecord>> records)
    {
        double[] low = [.. records[lower].Select(r => r.AverageAccuracy)];
        string points = (100 * number).ToString("0.##", CultureInfo.InvariantCulture);
        if (upper is null)
        {
            var (room, below, _) = Statistics.PairedT([.. low.Select(a => number - a)]);
            return new ProofPart($"average accuracy of {lower}", number, low.Average(), room, below, $"below {points} % at 95 % confidence", below.Low > 0);
        }

        double[] high = [.. records[upper].Select(r => r.AverageAccuracy)];
        var (mean, ci, _) = Statistics.PairedT([.. high.Zip(low, (a, b) => a - b)]);
        return new ProofPart(
            $"average accuracy, {lower} -> {upper}", low.Average(), high.Average(), mean, ci, $"better by more than {points} points at 95 % confidence", ci.Low > number);
    }
}
