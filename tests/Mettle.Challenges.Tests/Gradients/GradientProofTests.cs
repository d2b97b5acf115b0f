using Mettle.Challenges.Model;

namespace Mettle.Challenges.Tests.Gradients;

public sealed class GradientProofTests
{
    [Fact]
    public void Gradients_ShortForm_PassesInBothParts()
    {
        using var folder = new TemporaryFolder();
        var challenge = House.Catalogue.Find("gradients")!;
        var result = challenge.Proof.Run(challenge.Id, House.Context(folder.Path, seeds: 3));
        Assert.True(result.Passed, string.Join('\n', result.Parts));
        Assert.Equal(2, result.Parts.Count);
        Assert.InRange(result.Parts[0].Baseline, 0.05, 0.15);
        Assert.InRange(result.Parts[1].Baseline, 0.1, 0.25);
    }

    [Fact]
    public void JointProof_OneBrokenPart_FailsAndSaysWhich()
    {
        using var folder = new TemporaryFolder();
        var helps = Part("train.optimizer.sgd.rate", 0.1, level: 0.5);
        var broken = Part("train.batch", 33, level: null);
        var unreached = Part("train.optimizer.sgd.rate", 0.1, level: 0.999);
        var result = new JointProof(helps, broken, unreached).Run(new ChallengeId("joint"), House.Context(folder.Path, seeds: 3));
        Assert.False(result.Passed, result.Line);
        Assert.True(result.Parts.Select(p => p.Passed).SequenceEqual([true, false, false]), string.Join('\n', result.Parts));
        Assert.Contains("treated above 50 %", result.Parts[0].Target, StringComparison.Ordinal);
    }

    private static PairedProof Part(string path, object value, double? level) => new(
        "Three epochs at a rate that is next to nothing.",
        House.Digits,
        r => r.With(path, value),
        r => r.With("train.epochs", 3).With("train.optimizer.sgd.rate", 1e-6),
        new ProofClaim("test accuracy", run => run.Test.Accuracy, HigherIsBetter: true, 0.02, "%") { TreatedLevel = level });
}
