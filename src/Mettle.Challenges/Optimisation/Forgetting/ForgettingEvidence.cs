using System.Globalization;
using Mettle.Nn;

namespace Mettle.Challenges.Optimisation;

/// <summary>What the proof shows of its trainings.</summary>
internal static class ForgettingEvidence
{
    public static IReadOnlyList<Evidence> Of(IReadOnlyDictionary<string, List<TaskRecord>> records)
    {
        var any = records.Values.First()[0];
        var names = records.Keys.ToList();
        var means = names.ConvertAll(n => Mean(records[n], r => r.AverageAccuracy));
        return
        [
            new TableEvidence(
                "Methods: means over seeds with 95 % intervals",
                ["method", "average accuracy", "forgetting", "backward transfer", "forward transfer"],
                [
                    .. names.Select(n => (IReadOnlyList<string>)
                    [
                        n, Interval(records[n], r => r.AverageAccuracy), Interval(records[n], r => r.Forgetting), Interval(records[n], r => r.BackwardTransfer), Interval(records[n], r => r.ForwardTransfer),
                    ]),
                ]),
            new TableEvidence(
                "Forgetting by task, means over seeds",
                ["method", .. Enumerable.Range(1, any.Tasks - 1).Select(t => $"task {t}")],
                [
                    .. names.Where(n => records[n][0].IsSequence).Select(n => (IReadOnlyList<string>)
                        [n, .. Enumerable.Range(0, any.Tasks - 1).Select(t => Points(records[n].Average(r => r.ForgettingByTask[t])))]),
                ]),
            new TableEvidence(
                "Average accuracy by seed",
                ["method", .. Enumerable.Range(1, records.Values.First().Count).Select(s => $"seed {s}")],
                [.. names.Select(n => (IReadOnlyList<string>)[n, .. records[n].Select(r => Points(r.AverageAccuracy))])]),
            new IntervalChart(
                "Average accuracy at the end", "share right", names, [.. means.Select(m => m.Mean)], [.. means.Select(m => m.Low)], [.. means.Select(m => m.High)], Reference: null),
            .. names.Where(n => n is ForgettingProof.Sequential or ForgettingProof.Best).Select(n => Matrix(n, records[n])),
        ];
    }

    private static TableEvidence Matrix(string name, List<TaskRecord> runs)
        => new(
            $"{name}: accuracy on each task (across) after each task (down), means over seeds",
            ["", .. Enumerable.Range(1, runs[0].Tasks).Select(t => $"task {t}")],
            [
                .. Enumerable.Range(0, runs[0].Accuracies.Count).Select(l => (IReadOnlyList<string>)
                    [$"after {l + 1}", .. Enumerable.Range(0, runs[0].Tasks).Select(j => Points(runs.Average(r => r.Accuracies[l][j])))]),
            ]);

    private static (double Mean, double Low, double High) Mean(List<TaskRecord> runs, Func<TaskRecord, double> measure)
    {
        var (mean, ci, _) = Statistics.PairedT([.. runs.Select(measure)]);
        return (mean, ci.Low, ci.High);
    }

    private static string Interval(List<TaskRecord> runs, Func<TaskRecord, double> measure)
    {
        if (double.IsNaN(measure(runs[0])))
        {
            return "";
        }

        var (mean, low, high) = Mean(runs, measure);
        return $"{Points(mean)} ({Points(low)} to {Points(high)})";
    }

    private static string Points(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture) + " %";
}
