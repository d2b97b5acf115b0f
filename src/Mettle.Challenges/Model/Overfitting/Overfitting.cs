using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>A network learns its training rows rather than what they have in common.</summary>
public sealed class Overfitting : Challenge
{
    /// <inheritdoc/>
    public override ChallengeId Id => new("overfitting");

    /// <inheritdoc/>
    public override string Group => "Model";

    /// <inheritdoc/>
    public override string Summary => "The model fits its training rows better than new ones.";

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Checks { get; } = [new GeneralizationGap(), new Memorization(), new Overtraining()];

    /// <inheritdoc/>
    public override IReadOnlyList<Treatment> Treatments { get; } =
    [
        new LabelSmoothing(), new Mixup(), new WeightDecay(), new Augmentation(), new CutMix(), new Dropout(), new EarlyStopping(), new Ema(), new Swa(),
        new StochasticDepth(),
    ];

    /// <inheritdoc/>
    public override Proof Proof { get; } = Of(r => r.With("train.mixup", 0.4).With("train.optimizer.sgd.weight-decay", 0.005));

    /// <summary>The experiment with a treatment.</summary>
    internal static PairedProof Of(Func<Recipe, Recipe> treat) => new(
        "300 of the digits, a fifth of them mislabelled as hand-made labels often are, and a network of 128 + 128 units that learns them by heart; treated with mixup and weight decay. Test accuracy must rise by more than 3 points and the gap between training and test accuracy must fall by more than 5, both with 95 % confidence.",
        """
        name: overfitting
        data:
          source: digits
          limit: 300
          label-noise: 0.2
        model: {mlp: {hidden: [128, 128]}}
        train:
          epochs: 100
          batch: 32
          optimizer: {sgd: {rate: 0.1, momentum: 0.9}}
          schedule: cosine
        """,
        treat,
        r => r.With("train.epochs", 40),
        new ProofClaim("test accuracy", run => run.Test.Accuracy, HigherIsBetter: true, 0.03, "%"),
        new ProofClaim("gap between training and test accuracy", run => run.Model.Train.Accuracy - run.Test.Accuracy, HigherIsBetter: false, 0.05, "%"));
}
