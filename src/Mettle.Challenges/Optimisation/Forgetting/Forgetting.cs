using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>A network that learns new tasks loses the old ones.</summary>
public sealed class Forgetting : Challenge
{
    /// <inheritdoc/>
    public override ChallengeId Id => new("forgetting");

    /// <inheritdoc/>
    public override string Group => "Optimisation";

    /// <inheritdoc/>
    public override string Summary => "A model that learns new tasks loses what it could do before.";

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Checks { get; } = [new LostAccuracy()];

    /// <inheritdoc/>
    public override IReadOnlyList<Treatment> Treatments { get; } =
        [new DerPlusPlus(), new Replay(), new Der(), new IcarlExemplars(), new AGem(), new Ewc(), new Si(), new Lwf()];

    /// <inheritdoc/>
    public override Proof Proof { get; } = new ForgettingProof(ForgettingProof.Standard);

    /// <inheritdoc/>
    public override void AddWords(Vocabulary vocabulary) => ContinualWords.AddTo(vocabulary);
}
