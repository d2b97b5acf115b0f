using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>A network does not even fit the rows it was trained on.</summary>
public sealed class Underfitting : Challenge
{
    /// <summary>The digits by a network of a few units, too slow and too short.</summary>
    internal const string Small =
        """
        name: underfitting-capacity
        data:
          source: digits
        model: {mlp: {hidden: [3]}}
        train:
          epochs: 60
          batch: 32
          optimizer: {adamw: {rate: 0.003}}
          schedule: cosine
        """;

    internal const string Hasty =
        """
        name: underfitting-training
        data:
          source: digits
        model: {mlp: {hidden: [64, 64]}}
        train:
          epochs: 12
          batch: 64
          optimizer: {sgd: {rate: 0.003}}
        """;

    internal const string Stiff =
        """
        name: underfitting-regularization
        data:
          source: digits
        model: {mlp: {hidden: [64, 64], dropout: 0.7}}
        train:
          epochs: 40
          batch: 32
          optimizer: {sgd: {rate: 0.1, momentum: 0.9, weight-decay: 0.02}}
          schedule: cosine
        """;

    /// <summary>
    /// What may help a network that fits its rows badly: a rate that is far too low, steps that go wrong and felt regularisation are the
    /// likeliest causes where a recipe has them, then size, then time.
    /// </summary>
    internal static IReadOnlyList<string> Remedies(Subject subject)
        => [.. Model.Remedies.OfIllStart(subject), "higher-rate", "adamw", "cosine-decay", .. Regularizers.In(subject.Recipe).Select(r => r.Treatment), "wider", "longer-training", "deeper"];

    /// <inheritdoc/>
    public override ChallengeId Id => new("underfitting");

    /// <inheritdoc/>
    public override string Group => "Model";

    /// <inheritdoc/>
    public override string Summary => "The model does not fit the rows it was trained on, though they could be fitted.";

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Checks { get; } = [new Capacity(), new NoiseFloor(), new StillFalling(), new StrongRegularization()];

    /// <inheritdoc/>
    public override IReadOnlyList<Treatment> Treatments { get; } =
        [new Wider(), new Deeper(), new LongerTraining(), new HigherRate(), .. LessRegularization.Each];

    /// <inheritdoc/>
    public override Proof Proof { get; } = new JointProof(
        Part("a network too small", "The digits by a network of 3 hidden units; treated with more units and layers.", Small, r => Apply(r, new Wider(), new Deeper()), 0.05),
        Part("a training too short and slow", "The digits by a network of 64 + 64 units, trained for 12 epochs at a rate of 0.003; treated with the usual rate and longer training.", Hasty, r => Apply(r, new HigherRate(), new LongerTraining()), 0.05),
        Part("a network held back", "The digits by a network of 64 + 64 units under 70 % dropout and weight decay 0.02; treated by taking both out.", Stiff, r => Regularizers.Without(r), 0.05));

    /// <summary>One cause of underfitting and its cure: training and test error must both come down.</summary>
    internal static PairedProof Part(string name, string description, string recipe, Func<Recipe, Recipe> treat, double points) => new(
        $"{description} Test and training error must both come down by more than {100 * points:0} points.",
        recipe,
        treat,
        r => r.With("data.limit", 600),
        new ProofClaim($"test error of {name}", run => 1 - run.Test.Accuracy, HigherIsBetter: false, points, "%"),
        new ProofClaim($"training error of {name}", run => 1 - run.Model.Train.Accuracy, HigherIsBetter: false, points, "%"));

    private static Recipe Apply(Recipe recipe, params IReadOnlyList<Treatment> treatments)
        => treatments.Aggregate(recipe, (r, t) => t.Apply(r, out string reason) ?? throw new InvalidOperationException($"{t.Name}: {reason}"));
}
