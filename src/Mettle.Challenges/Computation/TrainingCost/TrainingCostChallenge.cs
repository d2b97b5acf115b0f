using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Computation;

/// <summary>Training takes more time, memory and money than it must, and nobody knows before it is spent.</summary>
public sealed class TrainingCostChallenge : Challenge
{
    /// <inheritdoc/>
    public override ChallengeId Id => new("training-cost");

    /// <inheritdoc/>
    public override string Group => "Computation";

    /// <inheritdoc/>
    public override string Summary => "Training takes more work, memory and money than the result needs.";

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Checks { get; } = [new WastedEpochs(), new WhereWorkGoes(), new SmallSteps(), new MemoryHeadroom()];

    /// <inheritdoc/>
    public override IReadOnlyList<Treatment> Treatments { get; } =
        [new SuperConvergence(), new ProgressiveResizing(), new SelectiveBackprop(), new ActivationCheckpointing(), new GradientAccumulation(), new Bf16Storage()];

    /// <inheritdoc/>
    public override Proof Proof { get; } = Prove(Treat);

    /// <summary>The proof's treatment: one cycle to ten times the rate, in half of the epochs.</summary>
    internal static Recipe Treat(Recipe recipe) => new SuperConvergence().Apply(recipe, out _)!;

    /// <summary>The proof with another treatment in place of its own.</summary>
    internal static PairedProof Prove(Func<Recipe, Recipe> treat) => new(
        "A convolutional network on 2,000 images of Fashion-MNIST, trained for 40 epochs with AdamW along a cosine; treated with super-convergence, one cycle up to ten times the rate in half of the epochs. Test accuracy (10,000 images) may be at most 1 point lower, with 95 % confidence, while more than 45 % of the counted operations and more than 35 % of the measured time are saved.",
        """
        name: training-cost
        data:
          source:
            idx:
              images: $METTLE_DATA/images/fashion-mnist/train-images-idx3-ubyte.gz
              labels: $METTLE_DATA/images/fashion-mnist/train-labels-idx1-ubyte.gz
              test-images: $METTLE_DATA/images/fashion-mnist/t10k-images-idx3-ubyte.gz
              test-labels: $METTLE_DATA/images/fashion-mnist/t10k-labels-idx1-ubyte.gz
          validation: 0.02
          limit: 2000
        model: {cnn: {widths: [8, 16]}}
        train:
          epochs: 40
          batch: 64
          optimizer: {adamw: {rate: 0.003}}
          schedule: cosine
        """,
        treat,
        r => r.With("data.source", "digits").With("data.limit", 0).With("data.validation", 0.15).With("train.epochs", 24),
        new ProofClaim("test accuracy", run => run.Test.Accuracy, HigherIsBetter: true, -0.01, "%"),
        new ProofClaim("counted operations of a training (10^9)", run => Counted(run) / 1e9, HigherIsBetter: false, 0.45) { Relative = true },
        new ProofClaim("measured time of a training (s)", run => run.Model.Result.Seconds, HigherIsBetter: false, 0.35) { Relative = true });

    // Of the epochs that were trained, should something end it early.
    private static double Counted(ProofRun run) => TrainingCost.Count(run.Experiment.Training()).FlopsByEpoch.Take(run.Model.Result.History.Count).Sum(f => (double)f);
}
