using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Computation;

/// <summary>The counted cost of a subject's training, once for all checks.</summary>
internal static class CountedCost
{
    // Work and memory are linear in the rows beyond a few.
    private const int MostRows = 192;

    public static double Wants(Subject subject) => Rows(subject) * (double)Passes(subject);

    public static TrainingCost Of(Subject subject)
        => subject.Shared("training cost", s =>
        {
            int rows = s.Budget.Rows(Rows(s), Passes(s));
            return TrainingCost.Count(s.Experiment.Training(), Math.Max(4, rows));
        });

    private static int Rows(Subject subject) => Math.Min(MostRows, Math.Min(subject.Recipe["train.batch"].Int(), subject.Experiment.Data.Encoded.Train.Count));

    // One for each size of images and for epochs without selection, and one for validation.
    private static int Passes(Subject subject)
        => 2 + (subject.Recipe["train.resize.from"].Double() < 1 ? subject.Recipe["train.resize.stages"].Int() : 0) + (subject.Recipe["train.selective"].Int() > 0 ? 1 : 0);
}
