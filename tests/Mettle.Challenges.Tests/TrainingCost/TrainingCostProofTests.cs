using Mettle.Challenges.Computation;
using Mettle.Runs;

namespace Mettle.Challenges.Tests;

public sealed class TrainingCostProofTests
{
    [Fact]
    public void Proof_ShortForm_SavesOperationsAtEqualAccuracy()
    {
        var result = Run(TrainingCostChallenge.Treat);
        Assert.True(result.Parts[0].Passed, result.Line);
        Assert.True(result.Parts[1].Passed, result.Line);
        Assert.True(result.Parts[1].Effect > 0.45);
    }

    [Fact]
    public void Proof_TreatmentThatSavesNothing_Fails()
    {
        var result = Run(r => r.With("train.batch", 48));
        Assert.False(result.Passed, result.Line);
        Assert.False(result.Parts[1].Passed);
    }

    [Fact]
    public void Proof_TreatmentThatSavesAtTheExpenseOfAccuracy_Fails()
    {
        var result = Run(r => r.With("train.epochs", 1));
        Assert.True(result.Parts[1].Passed, result.Line);
        Assert.False(result.Parts[0].Passed, result.Line);
        Assert.False(result.Passed);
    }

    private static ProofResult Run(Func<Recipe, Recipe> treat)
    {
        using var folder = new TemporaryFolder();
        return TrainingCostChallenge.Prove(treat).Run(new ChallengeId("training-cost"), House.Context(folder.Path));
    }
}
