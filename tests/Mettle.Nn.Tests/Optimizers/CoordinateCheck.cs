namespace Mettle.Nn.Tests;

/// <summary>
/// The coordinate check of Yang et al., "Tensor Programs V" (2022), appendix D.1: how far the elements of every layer's output
/// have moved after a few steps, at widths that double, as a power of the width.
/// </summary>
/// <param name="make">The architecture at a width, without weights.</param>
/// <param name="widths">The widths; the first is the base.</param>
/// <param name="x">A batch.</param>
/// <param name="y">Its targets: classes, or numbers.</param>
internal sealed class CoordinateCheck(Func<int, Module> make, IReadOnlyList<int> widths, Tensor x, Tensor y)
{
    private const int Steps = 8;
    private static readonly RandomKey[] Keys = [RandomKey.FromSeed(3), RandomKey.FromSeed(4)];

    /// <summary>Power of the width by layer: 0 where all widths move alike.</summary>
    /// <param name="kind">The optimiser's kind.</param>
    /// <param name="optimizer">Makes it.</param>
    /// <param name="scaled">Whether first weights, rates and decays follow the width.</param>
    /// <param name="weightDecay">Weight decay at the base width.</param>
    public IReadOnlyDictionary<string, double> Powers(UpdateKind kind, Func<IReadOnlyList<ParameterGroup>, Optimizer> optimizer, bool scaled, double weightDecay = 0)
    {
        var moved = widths.Select(w => Keys.Select(k => Movement(w, k, kind, optimizer, scaled, weightDecay)).ToList()).ToList();
        return moved[0][0].Keys.Except(FixedTables()).ToDictionary(layer => layer, layer => Slope([.. moved.Select(m => Math.Log2(m.Average(k => k[layer])))]));
    }

    // An embedding that is as wide at every width has no coordinate that follows it, and learns little before the layers above have.
    private IEnumerable<string> FixedTables()
    {
        var narrow = make(widths[0]).NamedModules().ToDictionary(m => m.Name, m => m.Module);
        return make(widths[^1]).NamedModules().Where(m => m.Module is Embedding e && e.Width == ((Embedding)narrow[m.Name]).Width).Select(m => m.Module.Path);
    }

    private Dictionary<string, double> Movement(int width, RandomKey key, UpdateKind kind, Func<IReadOnlyList<ParameterGroup>, Optimizer> optimizer, bool scaled, double weightDecay)
    {
        using var all = MemoryScope.Begin();
        var model = make(width).Initialize(key);
        IReadOnlyList<ParameterGroup> groups = [new ParameterGroup([.. model.Parameters], WeightDecay: weightDecay)];
        if (scaled)
        {
            var rules = new MaximalUpdate(model, make(widths[0]).Initialize(key));
            rules.ScaleFirstWeights();
            groups = rules.Groups(kind, weightDecay);
        }

        var training = optimizer(groups);
        var before = Outputs(model);
        for (int step = 0; step < Steps; step++)
        {
            using var scope = MemoryScope.Begin();
            Loss loss = y.DType == DType.I64 ? new CrossEntropyLoss() : new MseLoss();
            loss.Forward(model.Forward(x, Pass.Train(key.At(step))), y).Backward();
            training.Step();
            training.ZeroGrad();
        }

        var after = Outputs(model);
        return before.ToDictionary(b => b.Key, b => b.Value.Zip(after[b.Key], (p, q) => Math.Abs(p - (double)q)).Average());
    }

    private Dictionary<string, float[]> Outputs(Module model)
    {
        var outputs = new Dictionary<string, float[]>();
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();

        using (ActivationWatch.Install((path, t) => outputs[path] = t.Contiguous().ToArray<float>()))
        {
            model.Forward(x, Pass.Eval);
        }

        return outputs;
    }

    // Least squares over equal distances.
    private static double Slope(double[] values)
    {
        double middle = (values.Length - 1) / 2.0;
        return values.Select((v, i) => (i - middle) * v).Sum() / values.Select((_, i) => (i - middle) * (i - middle)).Sum();
    }
}
