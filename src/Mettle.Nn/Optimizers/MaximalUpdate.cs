namespace Mettle.Nn;

/// <summary>
/// Maximal update parametrisation: first weights, learning rates and weight decays that follow a model's width, so that settings
/// tuned at one width, the base width, serve every other. Yang et al., "Tensor Programs V: Tuning large neural networks via
/// zero-shot hyperparameter transfer" (2022), table 3; <see cref="WidthGrowth"/> holds the rules.
/// </summary>
/// <remarks>
/// What grows with the width is read off a second model, of the same architecture at the base width: the axes on which the two
/// differ. Nothing is changed where they do not. Everything stands in first weights and rates; no output is multiplied, so a
/// model's function, its file and its export are as ever. Adam's epsilon is left as it is: it is meant to be far below the
/// gradients at every width.
/// </remarks>
public sealed class MaximalUpdate
{
    private readonly List<(Parameter Here, Parameter Base, WidthGrowth Growth)> pairs = [];
    private readonly HashSet<Parameter> orthogonal;

    /// <summary>Compares the models' shapes.</summary>
    /// <param name="model">The model to train.</param>
    /// <param name="narrow">The same architecture at the base width; only <see cref="ScaleFirstWeights"/> needs its weights.</param>
    /// <exception cref="ArgumentException">They differ in more than widths, or in the size of attention heads.</exception>
    public MaximalUpdate(Module model, Module narrow)
    {
        var there = narrow.NamedModules().ToDictionary(m => m.Name, m => m.Module, StringComparer.Ordinal);
        foreach (var (path, module) in model.NamedModules())
        {
            if (!there.Remove(path, out var twin) || twin.GetType() != module.GetType())
            {
                throw Unlike($"'{path}' is {module.GetType().Name} here and {(twin is null ? "missing" : twin.GetType().Name)} there");
            }

            if (module is MultiheadAttention heads && twin is MultiheadAttention others && heads.HeadWidth != others.HeadWidth)
            {
                throw new ArgumentException($"The heads of '{path}' have {heads.HeadWidth} features, at the base width {others.HeadWidth}: let the number of heads grow with the width, not their size, by which attention divides its scores.");
            }

            var own = twin.OwnParameters.ToDictionary(p => p.Name, p => p.Parameter, StringComparer.Ordinal);
            foreach (var (name, parameter) in module.OwnParameters)
            {
                if (!own.TryGetValue(name, out var at) || at.Shape.Rank != parameter.Shape.Rank)
                {
                    throw Unlike($"'{path}.{name}' has no counterpart");
                }

                pairs.Add((parameter, at, Growth(module, parameter, at)));
            }
        }

        if (there.Count > 0)
        {
            throw Unlike($"'{there.Keys.Order(StringComparer.Ordinal).First()}' is missing here");
        }

        orthogonal = Muon.HiddenOf(pairs.Select(p => p.Here));
    }

    /// <summary>How a parameter has grown; throws <see cref="KeyNotFoundException"/> for one that is not the model's.</summary>
    public WidthGrowth GrowthOf(Parameter parameter)
        => pairs.Find(p => ReferenceEquals(p.Here, parameter)) is { Here: not null } pair
            ? pair.Growth
            : throw new KeyNotFoundException($"'{parameter.Name}' is no parameter of this model.");

    /// <summary>
    /// Brings the first values of every parameter to the size (root mean square) that they have at the base width, times
    /// <see cref="WidthGrowth.Size"/>, whichever rule both models were initialised by. What is all zero stays so.
    /// </summary>
    public void ScaleFirstWeights()
    {
        using var scope = MemoryScope.Begin("maximal update");
        using var quiet = Autograd.NoGrad();
        foreach (var (here, at, growth) in pairs)
        {
            double size = MeanSquare(here), wanted = MeanSquare(at);
            double factor = size > 0 ? growth.Size * Math.Sqrt(wanted / size) : 1;
            if (factor != 1)
            {
                here.Value = here.Value.Detach() * factor;
            }
        }
    }

    /// <summary>One group per parameter with its factor on the learning rate and its own weight decay.</summary>
    /// <param name="kind">The optimiser's kind.</param>
    /// <param name="weightDecay">Weight decay at the base width.</param>
    /// <param name="spareBiases">Leave biases and norms out of weight decay.</param>
    public IReadOnlyList<ParameterGroup> Groups(UpdateKind kind, double weightDecay = 0, bool spareBiases = false)
        => [.. pairs.Select(p => Group(p.Here, p.Base, p.Growth, kind, spareBiases && !p.Here.Decay ? 0 : weightDecay))];

    private ParameterGroup Group(Parameter here, Parameter at, WidthGrowth growth, UpdateKind kind, double decay)
    {
        if (kind != UpdateKind.Orthogonal)
        {
            return new([here], growth.Rate(kind), decay * growth.Decay(kind));
        }

        // Muon has a factor for tall matrices of its own.
        double rate = orthogonal.Contains(here)
            ? growth.Rate(kind) * Muon.Lengthening(at.Shape) / Muon.Lengthening(here.Shape)
            : growth.Rate(UpdateKind.Decoupled);
        return new([here], rate, decay / rate);
    }

    private static WidthGrowth Growth(Module module, Parameter here, Parameter at)
    {
        double Axis(int axis) => here.Shape[axis] / (double)at.Shape[axis];
        return here.Shape.Rank < 2 ? new(1, here.Shape.Rank == 0 ? 1 : Axis(0))
            : here.Role == ParameterRole.Embedding || module is ConvTranspose1d or ConvTranspose2d ? new(Axis(0), Axis(1))
            : new(Axis(1), Axis(0));
    }

    private static double MeanSquare(Parameter p) => p.Count == 0 ? 0 : GradientNorm.SquaredSum(p.Value.Detach()) / p.Count;

    private static ArgumentException Unlike(string difference)
        => new($"The model at the base width has another form: {difference}. Name a base width at which the layers are the same and only their widths differ.");
}
