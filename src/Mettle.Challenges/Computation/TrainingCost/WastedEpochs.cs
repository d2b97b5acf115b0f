namespace Mettle.Challenges.Computation;

/// <summary>
/// Epochs after the validation loss had come within one standard error of its lowest (the rule of Breiman, Friedman, Olshen and
/// Stone, Classification and regression trees, 1984, for epochs instead of branches).
/// </summary>
public sealed class WastedEpochs : Check
{
    private const double Threshold = 0.3;
    private const int FewestEpochs = 5;

    /// <inheritdoc/>
    public override string Name => "wasted-epochs";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (subject.LossIsOfTasks is { } why)
        {
            return CheckResult.Skip(why);
        }

        var history = subject.Model.Result.History;
        double[] losses = [.. history.Select(e => e.ValidationLoss ?? double.NaN)];
        if (subject.Model.Validation is not { } validation)
        {
            return CheckResult.Skip("No validation rows are held out: set data.validation above 0.");
        }

        if (losses.Length < FewestEpochs)
        {
            return CheckResult.Skip($"Fewer than {FewestEpochs} epochs were trained.");
        }

        if (subject.Recipe["train.loss"].Text() is not ("auto" or "cross-entropy" or "mse"))
        {
            return CheckResult.Skip("The training loss is neither cross-entropy nor squared error, in which the spread over validation rows is known.");
        }

        double[] rows = validation.Losses();
        if (!Array.TrueForAll(losses, double.IsFinite) || !double.IsFinite(rows.Sum()))
        {
            return CheckResult.Skip("A validation loss is not finite.");
        }

        double mean = rows.Average(), error = rows.Length < 2 ? 0 : Math.Sqrt(rows.Sum(l => (l - mean) * (l - mean)) / (rows.Length - 1) / rows.Length);
        double Wasted(double errors) => 1 - ((Array.FindIndex(losses, l => l <= losses.Min() + (errors * error)) + 1) / (double)losses.Length);
        var (share, interval) = (Wasted(1), new Interval(Wasted(0), Wasted(2)));
        bool over = interval.Low > Threshold;
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"The last {Math.Round(100 * share):0} % of the epochs brought nothing that the validation rows show." : "Epochs were put to use.",
            $"Epochs after the first whose validation loss is within one standard error ({error:0.0000}, over {rows.Length} rows) of the lowest, {losses.Min():0.0000}; the interval is for none and for two. A loss may rise while accuracy still gains: look at both curves.",
            new Measurement("share of epochs after the best", share, interval, "%"),
            Threshold,
            null,
            over ? CostSettings.Over(subject.Recipe) : Severity.Fine,
            [
                new LineChart("Validation loss", "epoch", "loss", [new Series("validation", [.. history.Select(e => e.Epoch + 1.0)], losses)])
                {
                    Marks = [new Mark(losses.Length - (share * losses.Length), "within one standard error")],
                },
            ],
            over ? ["super-convergence", "early-stopping"] : []));
    }
}
