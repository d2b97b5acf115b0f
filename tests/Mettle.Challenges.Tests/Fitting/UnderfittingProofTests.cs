using Mettle.Challenges.Model;

namespace Mettle.Challenges.Tests.Fitting;

public sealed class UnderfittingProofTests
{
    [Fact]
    public void Underfitting_ShortForm_PassesInAllParts()
    {
        using var folder = new TemporaryFolder();
        var challenge = House.Catalogue.Find("underfitting")!;
        var result = challenge.Proof.Run(challenge.Id, House.Context(folder.Path));
        Assert.True(result.Passed, string.Join('\n', result.Parts));
        Assert.Equal(6, result.Parts.Count);
    }

    [Theory]
    [InlineData(Underfitting.Small, "model.mlp.activation", "tanh")]
    [InlineData(Underfitting.Hasty, "train.batch", 65)]
    [InlineData(Underfitting.Stiff, "model.mlp.dropout", 0.71)]
    public void Underfitting_TreatmentThatDoesNotTouchTheCause_Fails(string recipe, string path, object value)
    {
        using var folder = new TemporaryFolder();
        var broken = Underfitting.Part("a broken proof", "The treatment of this proof changes what is not the cause.", recipe, r => r.With(path, value), 0.05);
        var result = broken.Run(new ChallengeId("broken"), House.Context(folder.Path));
        Assert.False(result.Passed, string.Join('\n', result.Parts));
    }

    [Fact]
    public void Overfitting_MemorisingNetworkMadeLarger_Fails()
    {
        // What cures the opposite disease must not pass for a cure of this one.
        using var folder = new TemporaryFolder();
        var broken = Model.Overfitting.Of(r => r.WithYaml("model.mlp.hidden", "[256, 256]"));
        Assert.False(broken.Run(new ChallengeId("broken"), House.Context(folder.Path)).Passed);
    }
}
