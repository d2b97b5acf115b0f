using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>
/// Whether the error on the training rows is far above the part that no model can avoid. That part is estimated from above by the
/// rows' nearest neighbours, each row judged without itself: for classes the error of the neighbours' vote, for numbers half the
/// squared difference from the nearest row's target.
/// </summary>
/// <remarks>
/// Any rule's error on rows it has not seen is at least the Bayes error; for many rows one neighbour's is at most twice that (Cover and
/// Hart, "Nearest neighbor pattern classification", IEEE Trans. Inf. Theory 13, 1967, eq. 19). Half the squared difference of neighbours has
/// the noise's variance plus what the function changes between them (Cover, "Estimation by the nearest neighbor rule", 1968; Evans and
/// Jones, "A proof of the Gamma test", 2002). Both are at least the floor, so a network above them could do better.
/// </remarks>
public sealed class NoiseFloor : Check
{
    // Points of error, and share of the targets' variance, that are worth another network.
    private const double Points = 0.02, ShareOfVariance = 0.05;

    /// <inheritdoc/>
    public override string Name => "noise-floor";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => subject.LossIsOfTasks is null ? Neighbours.Wants(subject) : 0;

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (subject.LossIsOfTasks is { } why)
        {
            return CheckResult.Skip(why);
        }

        var train = subject.Model.Train;
        var near = Neighbours.Of(subject);
        if (!near.AreKnown)
        {
            return CheckResult.Skip($"There are too few training rows, or too wide ones, to find {Neighbours.Nearest} near neighbours.");
        }

        return train.Task == LearningTask.Classification ? Classes(near, subject, challenge) : Numbers(near, subject, challenge);
    }

    private CheckResult Classes(Neighbours near, Subject subject, ChallengeId challenge)
    {
        var train = subject.Model.Train;
        var labels = train.Predictions.Labels;
        var wrong = near.Rows.Select(i => train.Predictions.Predicted(i) == labels[i] ? 0.0 : 1).ToList();
        var vote = near.Rows.Select((i, at) => near.Vote(at, labels) == labels[i] ? 0.0 : 1).ToList();
        double single = near.Rows.Where((i, at) => labels[near.Found[at][0]] != labels[i]).Count() / (double)near.Rows.Count;
        double lower = CoverHart(single, train.Predictions.Classes);
        return Judge(
            challenge, subject, wrong, vote, Points, "training error above that of the neighbours",
            $"On {near.Rows.Count} training rows the network errs in {100 * wrong.Average():0.0} %, the vote of their {Neighbours.Nearest} nearest among {near.Others} rows, each judged without itself, in {100 * vote.Average():0.0} %, which is an upper estimate of what cannot be avoided; from the nearest alone ({100 * single:0.0} %) the least possible is about {100 * lower:0.0} % (Cover and Hart 1967). Paired by row.");
    }

    private CheckResult Numbers(Neighbours near, Subject subject, ChallengeId challenge)
    {
        var train = subject.Model.Train;
        var targets = train.Predictions.Targets;
        double[] losses = train.Losses();
        if (!Array.TrueForAll(losses, double.IsFinite))
        {
            return CheckResult.Skip("The model's outputs are not finite, so there is no error to compare.");
        }

        double variance = train.ConstantLosses().Average();
        if (variance == 0)
        {
            return CheckResult.Skip("All training rows have one target: there is nothing to learn.");
        }

        var error = near.Rows.Select(i => losses[i] / variance).ToList();
        var floor = near.Rows.Select((i, at) => Square(targets[i] - targets[near.Found[at][0]]) / (2 * variance)).ToList();
        return Judge(
            challenge, subject, error, floor, ShareOfVariance, "training error above the noise, as a share of the targets' variance",
            $"On {near.Rows.Count} training rows the network's squared error is {100 * error.Average():0.0} % of the targets' variance; half the squared difference from the nearest of {near.Others} rows, an upper estimate of the noise, is {100 * floor.Average():0.0} %. Paired by row.");
    }

    private CheckResult Judge(ChallengeId challenge, Subject subject, List<double> error, List<double> floor, double threshold, string metric, string how)
    {
        var (excess, interval, p) = Statistics.PairedT([.. error.Zip(floor, (e, f) => e - f)], threshold: threshold);
        bool over = excess > threshold;
        return CheckResult.Of(new Finding(
            challenge, Name,
            over ? "The network does worse on its own training rows than their neighbours could tell it." : "The error on the training rows is not above what their neighbours leave open.",
            how,
            new Measurement(metric, excess, interval, "%"),
            threshold,
            p,
            over ? Severity.Problem : Severity.Fine,
            [new BarChart("Error on training rows", "share", ["network", "neighbours"], [error.Average(), floor.Average()])],
            over ? Underfitting.Remedies(subject) : []));
    }

    private static double CoverHart(double single, int classes)
    {
        double most = (classes - 1.0) / classes;
        return most * (1 - Math.Sqrt(Math.Max(0, 1 - (single / most))));
    }

    private static double Square(double x) => x * x;
}
