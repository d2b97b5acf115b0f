namespace Mettle.Challenges.Research;

/// <summary>The same experiment, run again, gives another model.</summary>
public sealed class Reproducibility : Challenge
{
    /// <inheritdoc/>
    public override ChallengeId Id => new("reproducibility");

    /// <inheritdoc/>
    public override string Group => "Research";

    /// <inheritdoc/>
    public override string Summary => "The same experiment, run again or elsewhere, gives another model.";

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Checks { get; } = [new RepeatedTraining()];

    /// <inheritdoc/>
    public override IReadOnlyList<Treatment> Treatments { get; } =
    [
        new BuiltIn(
            "fixed-reduction-order",
            "Every sum has one order that follows from shapes alone, on any number of threads and any instruction set.",
            "Demmel and Nguyen, Parallel reproducible summation, IEEE Transactions on Computers 64, 2015 (the aim; the means here is a fixed order)"),
        new BuiltIn(
            "counter-based-random-numbers",
            "Random numbers are functions of (seed, purpose, epoch, sample), not of what ran before.",
            "Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011"),
        new BuiltIn(
            "exact-resume",
            "A checkpoint holds all that the next step depends on, so a killed run ends with the same bits.",
            "Gundersen, Shamsaliei and Isdahl, Do machine learning platforms provide out-of-the-box reproducibility?, Future Generation Computer Systems 126, 2022"),
        new BuiltIn(
            "run-manifest",
            "Versions, seed, hashes of recipe, data and weights, and decisions by the clock are on record; `mettle reproduce` compares them.",
            "Pineau et al., Improving reproducibility in machine learning research, JMLR 22, 2021"),
    ];

    /// <inheritdoc/>
    public override Proof Proof { get; } = new SameBitsProof();
}
