using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Training diverges, stalls, or ends before it has arrived.</summary>
public sealed class Convergence : Challenge
{
    private const string Digits =
        """
        name: convergence
        data:
          source: digits
          test-modulo: [4, 0]
          validation: 0.1
        model: {mlp: {hidden: [64]}}
        train:
          epochs: 30
          batch: 32
          optimizer: {sgd: {rate: 0.1, momentum: 0.9}}
          schedule: cosine
        """;

    private const string Fashion =
        """
        name: convergence
        data:
          source:
            idx:
              images: $METTLE_DATA/images/fashion-mnist/train-images-idx3-ubyte.gz
              labels: $METTLE_DATA/images/fashion-mnist/train-labels-idx1-ubyte.gz
              test-images: $METTLE_DATA/images/fashion-mnist/t10k-images-idx3-ubyte.gz
              test-labels: $METTLE_DATA/images/fashion-mnist/t10k-labels-idx1-ubyte.gz
          validation: 0.1
          limit: 6000
        model: {mlp: {hidden: [64]}}
        train:
          epochs: 12
          batch: 64
          optimizer: {sgd: {rate: 0.03, momentum: 0.9}}
          schedule: cosine
        """;

    /// <inheritdoc/>
    public override ChallengeId Id => new("convergence");

    /// <inheritdoc/>
    public override string Group => "Optimisation";

    /// <inheritdoc/>
    public override string Summary => "Training diverges, stalls, or ends before it has arrived.";

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Checks { get; } =
        [new Breakdowns(), new LearningRate(), new FirstLoss(), new Spikes(), new Plateau(), new NotConverged(), new EndNoise(), new NoiseScale()];

    /// <inheritdoc/>
    public override IReadOnlyList<Treatment> Treatments { get; } =
    [
        new RateRangeSearch(), new Warmup(), new OneCycle(), new CosineDecay(), new ToAdamW(), new ToMuon(), new ToLion(), new ToLamb(),
        new LargerBatch(), new SmallerBatch(),
    ];

    /// <inheritdoc/>
    public override Proof Proof { get; } = new TooHighRateProof(
        r => r.With("train.recovery.retries", 4),
        new TunedTraining("digits, SGD", Digits),
        new TunedTraining("digits, Adam", Digits, r => r.WithYaml("train.optimizer", "{adam: {rate: 0.003}}")),
        new TunedTraining("Fashion-MNIST, SGD", Fashion),
        new TunedTraining("Fashion-MNIST, Adam", Fashion, r => r.WithYaml("train.optimizer", "{adam: {rate: 0.003}}")));
}
