using Mettle.Runs;

namespace Mettle.Challenges.Tests;

public sealed class ProofTests
{
    [Fact]
    public void Overfitting_ShortForm_Passes()
    {
        using var folder = new TemporaryFolder();
        var challenge = House.Catalogue.Find("overfitting")!;
        var result = challenge.Proof.Run(challenge.Id, House.Context(folder.Path));
        Assert.True(result.Passed, result.Line);
        Assert.Equal(5, result.Seeds);
        Assert.All(result.Parts, p => Assert.True(p.Ci.Low > 0));
    }

    [Fact]
    public void PairedProof_BrokenTreatment_Fails()
    {
        using var folder = new TemporaryFolder();
        var broken = new PairedProof(
            "The treatment of this proof does nothing.",
            House.Digits,
            r => r.With("train.batch", 33),
            r => r.With("train.epochs", 3),
            new ProofClaim("test accuracy", run => run.Test.Accuracy, HigherIsBetter: true, 0.03, "%"));
        var result = broken.Run(new ChallengeId("broken"), House.Context(folder.Path));
        Assert.False(result.Passed, result.Line);
        Assert.StartsWith("FAIL broken", result.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void PairedProof_HarmfulTreatment_FailsWithNegativeEffect()
    {
        using var folder = new TemporaryFolder();
        var harmful = new PairedProof(
            "The treatment of this proof stops learning.",
            House.Digits,
            r => r.With("train.optimizer.sgd.rate", 0.0),
            r => r.With("train.epochs", 2),
            new ProofClaim("test accuracy", run => run.Test.Accuracy, HigherIsBetter: true, 0, "%"));
        var result = harmful.Run(new ChallengeId("harmful"), House.Context(folder.Path, seeds: 3));
        Assert.False(result.Passed);
        Assert.True(result.Ci.High < 0);
    }
}
