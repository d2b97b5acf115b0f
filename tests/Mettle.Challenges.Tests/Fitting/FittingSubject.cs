using Mettle.Runs;

namespace Mettle.Challenges.Tests.Fitting;

/// <summary>A digits recipe trained with a few changes, and what one check says of it.</summary>
internal static class FittingSubject
{
    public static Finding Finding(Check check, Func<Recipe, Recipe> change) => Assert.Single(Result(check, change).Findings);

    public static CheckResult Result(Check check, Func<Recipe, Recipe> change)
    {
        using var scope = MemoryScope.Begin("fitting");
        var experiment = Experiment.Prepare(change(House.Recipe()), new DataCache());
        return check.Run(new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1)), new ChallengeId("fitting"));
    }
}
