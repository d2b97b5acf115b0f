using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Signals and gradients vanish or explode on their way through a network's layers or steps, and it does not train.</summary>
public sealed class Gradients : Challenge
{
    /// <inheritdoc/>
    public override ChallengeId Id => new("gradients");

    /// <inheritdoc/>
    public override string Group => "Model";

    /// <inheritdoc/>
    public override string Summary => "Signals and gradients vanish or explode on their way through layers or steps, and the network does not train.";

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Checks { get; } =
        [new Trains(), new NonFinite(), new GradientFlow(), new ActivationScale(), new ThroughTime(), new DeadUnits(), new Saturation()];

    /// <inheritdoc/>
    public override IReadOnlyList<Treatment> Treatments { get; } =
    [
        new FixupInit(), new ResidualConnections(), new Normalisation(), new HeInit(), new XavierInit(), new OrthogonalInit(), new LsuvInit(),
        new RecurrentInit(), new LeakyRelu(), new Gelu(), new GradientClip(), new AdaptiveClipping(), new GatedRnn(), new ChronoInit(), new Mup(),
    ];

    /// <inheritdoc/>
    public override Proof Proof { get; } = new JointProof(Deep, Long);

    private static PairedProof Deep { get; } = new(
        "A network of 100 plain layers of 64 rectifiers, with PyTorch's first weights, on the digits stays at the accuracy of guessing (10 %). With residual connections and Fixup initialisation it must gain more than 50 points of test accuracy and come out above 90 %.",
        """
        name: gradients-deep
        data:
          source: digits
        model: {mlp: {depth: 100, width: 64}}
        train:
          epochs: 20
          batch: 64
          optimizer: {adam: {rate: 0.001}}
          schedule: cosine
        """,
        r => new FixupInit().Apply(r, out _)!,
        r => r.With("train.epochs", 8),
        new ProofClaim("test accuracy of 100 layers", run => run.Test.Accuracy, HigherIsBetter: true, 0.5, "%") { TreatedLevel = 0.9 });

    private static PairedProof Long { get; } = new(
        "The adding problem over 400 steps: a plain tanh network of 64 units stays at the squared error of always answering the mean (0.167). The same size of gated network (GRU) with chrono initialisation and gradient clipping must bring it down by more than 0.1, to below 0.01.",
        """
        name: gradients-long
        data:
          source: {adding-problem: {length: 400, rows: 8000}}
          validation: 0.05
        model: {rnn: {cell: tanh, hidden: 64}}
        train:
          epochs: 7
          batch: 32
          optimizer: {adam: {rate: 0.005}}
        """,
        r => new GradientClip().Apply(new ChronoInit().Apply(new GatedRnn().Apply(r, out _)!, out _)!, out _)!,
        r => r.With("data.source.adding-problem.length", 40).With("data.source.adding-problem.rows", 2500).With("model.rnn.hidden", 24).With("train.epochs", 10),
        new ProofClaim("test squared error of the adding problem", run => run.Test.Losses().Average(), HigherIsBetter: false, 0.1) { TreatedLevel = 0.01 });

    /// <inheritdoc/>
    public override void AddWords(Vocabulary vocabulary) => AddingProblem.AddTo(vocabulary);
}
