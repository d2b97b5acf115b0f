using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Training ends where its path happens to lead: in a sharp minimum, or on a saddle.</summary>
public sealed class NonConvexity : Challenge
{
    /// <inheritdoc/>
    public override ChallengeId Id => new("non-convexity");

    /// <inheritdoc/>
    public override string Group => "Optimisation";

    /// <inheritdoc/>
    public override string Summary => "The loss has many minima and saddles, and training ends in a sharp one or before a saddle is left.";

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Checks { get; } = [new Sharpness(), new NegativeCurvature()];

    /// <inheritdoc/>
    public override IReadOnlyList<Treatment> Treatments { get; } =
        [new Sam(), new Asam(), new WarmRestarts(), new SnapshotEnsembles(), new SaddleEscapes()];

    /// <inheritdoc/>
    public override Proof Proof { get; } = ProofOf(r => new Sam().Apply(r, out _)!);

    /// <summary>The proof with another change in the treatment's place.</summary>
    internal static PairedProof ProofOf(Func<Recipe, Recipe> treat) => new(
        "The digits with 30 % of the training labels replaced by wrong ones, and 64 + 64 units trained by SGD with momentum and a cosine: they settle in a sharp minimum that fits many of the wrong labels. With sharpness-aware minimisation (rho 0.2) test accuracy must rise by more than 2 points, the rise of the training loss under noise of a tenth of each weight must fall by more than 0.02, and the largest eigenvalue of the Hessian in units of the weights by more than 0.2, all with 95 % confidence. Both measures of sharpness do not change when weights are only rescaled.",
        """
        name: non-convexity
        data:
          source: digits
          normalize: unit
          test-modulo: [4, 0]
          validation: 0
          label-noise: 0.3
        model: {mlp: {hidden: [64, 64]}}
        train:
          epochs: 60
          batch: 32
          optimizer: {sgd: {rate: 0.1, momentum: 0.9}}
          schedule: cosine
        """,
        treat,
        // It takes seconds: fewer epochs would leave the wrong labels unlearned.
        r => r,
        new ProofClaim("test accuracy", run => run.Test.Accuracy, HigherIsBetter: true, 0.02, "%"),
        new ProofClaim("rise of the training loss under weight noise", Rise, HigherIsBetter: false, 0.02),
        new ProofClaim("largest Hessian eigenvalue in units of the weights", RelativeEigenvalue, HigherIsBetter: false, 0.2));

    private const int Rows = 256;

    private static double Rise(ProofRun run)
    {
        using var scope = MemoryScope.Begin("sharpness");
        var batch = run.Experiment.Data.Encoded.Train.Rows.Load([.. Enumerable.Range(0, Rows)], default);
        var loss = new CrossEntropyLoss();
        Tensor RowLosses() => loss.PerSample(run.Model.Module.Forward(batch.Inputs, Pass.Eval), batch.Targets);
        var surface = new LossSurface(run.Model.Module, () => RowLosses().Mean());
        return RelativeNoise.Rises(surface, RowLosses, Sharpness.Share, 16, RandomKey.FromSeed(1)).Average(d => d.Average());
    }

    // Of |W| H |W|: how steeply the loss can rise when weights change by a share of themselves.
    private static double RelativeEigenvalue(ProofRun run)
    {
        using var scope = MemoryScope.Begin("sharpness");
        var surface = LossSurface.Of(run.Model.Module, new CrossEntropyLoss(), run.Experiment.Data.Encoded.Train.Rows, [.. Enumerable.Range(0, Rows)]);
        var hessian = surface.Hessian().Scaled([.. surface.Point().Select(Math.Abs)]);
        return EigenSolver.Solve(hessian, 1, 0, RandomKey.FromSeed(1), 1e-3, 60).Top[0].Value;
    }
}
