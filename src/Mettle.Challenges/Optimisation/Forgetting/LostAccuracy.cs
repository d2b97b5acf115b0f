using System.Globalization;
using MathNet.Numerics.Distributions;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// Accuracy lost on earlier tasks: for each task but the last, the share of held-out rows that were right when it had been learned
/// less the share right at the end, averaged over tasks. The same rows are judged twice, so differences are paired by row.
/// </summary>
/// <remarks>
/// This is backward transfer (Lopez-Paz and Ranzato 2017) with its sign turned. Forgetting by Chaudhry et al. (2018), from the best
/// accuracy a task ever had, is shown beside it; a maximum of noisy numbers is too high on average, so it is not what is tested.
/// </remarks>
public sealed class LostAccuracy : Check
{
    // Less than this is within what one more epoch of ordinary training moves single classes by.
    private const double Threshold = 0.05;

    // So many tasks go into a title one by one.
    private const int MostInTitle = 9;
    private static readonly string[] Remedies = ["der-plus-plus", "experience-replay", "icarl", "der", "a-gem", "lwf", "ewc", "si"];

    /// <inheritdoc/>
    public override string Name => "lost-accuracy";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (subject.Experiment.Data.Encoded.Sequence is not { } sequence)
        {
            return CheckResult.Skip("All rows were learned at once: there are no earlier tasks to forget. Say in data.tasks how rows come as tasks.");
        }

        if (subject.Model.Tasks is not { } record)
        {
            return CheckResult.Skip(
                subject.Model.Result.Divergence is not null ? "Training broke off before the last task."
                : subject.Model.Validation is null ? "No validation rows are held out: set data.validation above 0."
                : "Accuracy after each task is not on record: a task has no validation rows, or the model was trained elsewhere.");
        }

        if (!record.IsSequence)
        {
            return CheckResult.Skip("All tasks were learned at once (train.continual: joint): none is earlier than another.");
        }

        var (lost, interval, p) = Lost(record);
        bool over = lost > Threshold;
        int rows = record.RightAtEnd.SkipLast(1).Sum(r => r.Length);
        string method = subject.Recipe["train.continual"].HasValue ? subject.Recipe["train.continual"].Text() : "no method";
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? string.Create(CultureInfo.InvariantCulture, $"Learning later tasks cost {100 * lost:0.0} points of accuracy on earlier ones{ByTask(record)}.") : "Earlier tasks are done about as well at the end as when they were learned.",
            $"{rows} validation rows of the first {record.Tasks - 1} of {record.Tasks} tasks ({sequence.Scenario.ToString().ToLowerInvariant()}-incremental, {method}), each judged when its task had been learned and again at the end; Student's t on the paired differences, tasks counting alike. Average accuracy at the end is {Percent(record.AverageAccuracy)}; by task, when learned and at the end: {Changes(record)}.",
            new Measurement("accuracy lost on earlier tasks", lost, interval, "%"),
            Threshold,
            p,
            over ? Severity.Problem : Severity.Fine,
            [Matrix(record, "Accuracy on each task (across) after learning each task (down)"), Table(record)],
            over && !subject.Recipe["train.continual"].HasValue ? Remedies : []));
    }

    /// <summary>The matrix of accuracies.</summary>
    internal static HeatMap Matrix(TaskRecord record, string title)
        => new(
            title,
            [.. Enumerable.Range(1, record.Accuracies.Count).Select(t => $"after {t}")],
            [.. Enumerable.Range(1, record.Tasks).Select(t => $"task {t}")],
            [.. record.Accuracies],
            "0.00");

    private static string ByTask(TaskRecord record)
    {
        double[] lost = [.. Enumerable.Range(0, record.Tasks - 1).Select(t => 100 * (record.Accuracies[t][t] - record.Final[t]))];
        int most = Array.IndexOf(lost, lost.Max());
        return lost.Length <= MostInTitle
            ? ": " + string.Join(", ", lost.Select((l, t) => string.Create(CultureInfo.InvariantCulture, $"task {t + 1} {l:0.0}")))
            : string.Create(CultureInfo.InvariantCulture, $", most on task {most + 1}: {lost[most]:0.0}");
    }

    private static string Changes(TaskRecord record)
        => string.Join(", ", Enumerable.Range(0, record.Tasks).Select(t => string.Create(
            CultureInfo.InvariantCulture, $"{t + 1}: {100 * record.Accuracies[t][t]:0.0}{(t < record.Tasks - 1 ? $" to {100 * record.Final[t]:0.0}" : "")} %")));

    private static TableEvidence Table(TaskRecord record)
        => new(
            "Measures of continual learning",
            ["measure", "value"],
            [
                ["average accuracy", Percent(record.AverageAccuracy)],
                ["forgetting (Chaudhry et al. 2018)", Percent(record.Forgetting)],
                ["backward transfer (Lopez-Paz and Ranzato 2017)", Percent(record.BackwardTransfer)],
                ["forward transfer", Percent(record.ForwardTransfer)],
                .. record.ForgettingByTask.Select((f, t) => (IReadOnlyList<string>)[$"forgetting of task {t + 1}", Percent(f)]),
            ]);

    private static (double Mean, Interval Interval, double PValue) Lost(TaskRecord record)
    {
        double mean = 0, variance = 0, freedom = 0;
        int tasks = record.Tasks - 1, rows = 0;
        for (int t = 0; t < tasks; t++)
        {
            var (after, end) = (record.RightAfter[t], record.RightAtEnd[t]);
            double[] d = [.. after.Zip(end, (a, b) => (a ? 1.0 : 0) - (b ? 1 : 0))];
            double m = d.Average();
            mean += m / tasks;
            variance += d.Sum(x => (x - m) * (x - m)) / Math.Max(1, d.Length - 1) / d.Length / (tasks * tasks);
            freedom += d.Length - 1;
            rows += d.Length;
        }

        if (variance == 0 || freedom < 1)
        {
            // All rows changed alike: only their number is evidence.
            return (mean, new Interval(mean, mean), mean > Threshold ? Math.Pow(0.5, rows) : 1);
        }

        double error = Math.Sqrt(variance), t95 = StudentT.InvCDF(0, 1, freedom, 0.975);
        return (mean, new Interval(mean - (t95 * error), mean + (t95 * error)), 1 - StudentT.CDF(0, 1, freedom, (mean - Threshold) / error));
    }

    private static string Percent(double v) => double.IsNaN(v) ? "" : (100 * v).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
