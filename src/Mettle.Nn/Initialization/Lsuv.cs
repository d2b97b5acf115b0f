namespace Mettle.Nn;

/// <summary>
/// Layer-sequential unit-variance initialisation: orthogonal weights, then layer by layer scaled so that the layer's output
/// has variance 1 on a batch. Mishkin and Matas, "All you need is a good init" (2016), algorithm 1.
/// </summary>
public static class Lsuv
{
    /// <summary>Initialises <paramref name="module"/> and returns it.</summary>
    /// <param name="module">The model; its layers must report their outputs, as all layers here do.</param>
    /// <param name="batch">Representative inputs.</param>
    /// <param name="key">Random stream of the orthogonal start.</param>
    /// <param name="tolerance">How far from 1 the variance may stay.</param>
    /// <param name="maxIterations">Forward passes per layer at most.</param>
    /// <exception cref="InvalidOperationException">A layer's output is constant or not finite on the batch.</exception>
    public static T Initialize<T>(T module, IReadOnlyList<Tensor> batch, RandomKey key, double tolerance = 0.02, int maxIterations = 10)
        where T : Module
    {
        module.Initialize(key, new Orthogonal());
        using var off = Autograd.NoGrad();
        using var rows = MemoryScope.Begin("lsuv rows");
        batch = Finite(batch);
        foreach (string path in WeightedLayers(module, batch))
        {
            var weight = WeightOf(module, path)!;
            for (int i = 0; i < maxIterations; i++)
            {
                using var scope = MemoryScope.Begin("lsuv");
                double variance = VarianceAt(module, batch, path);
                if (!double.IsFinite(variance) || variance <= 0)
                {
                    throw new InvalidOperationException(
                        $"LSUV: the output of layer '{path}' has variance {variance} on the batch; give a batch with differing, finite rows.");
                }

                if (Math.Abs(variance - 1) <= tolerance)
                {
                    break;
                }

                weight.Value = weight.Value.Detach() / Math.Sqrt(variance);
            }
        }

        return module;
    }

    // Broken rows tell nothing about scales; training names them and leaves them out.
    private static IReadOnlyList<Tensor> Finite(IReadOnlyList<Tensor> batch)
    {
        var sound = new bool[batch[0].Shape[0]];
        Array.Fill(sound, true);
        foreach (var input in batch.Where(t => t.DType.IsFloat() && t.Count > 0))
        {
            double[] values = input.To(DType.F64).ToArray<double>();
            int width = values.Length / sound.Length;
            for (int i = 0; i < values.Length; i++)
            {
                sound[i / width] &= double.IsFinite(values[i]);
            }
        }

        int count = sound.Count(s => s);
        if (count == sound.Length || count == 0)
        {
            return batch;
        }

        var kept = Tensor.From([.. Enumerable.Range(0, sound.Length).Where(i => sound[i]).Select(i => (long)i)]);
        return [.. batch.Select(t => t.IndexSelect(0, kept))];
    }

    /// <summary>Layers with weights of their own, by path, in the order in which a batch reaches them.</summary>
    private static List<string> WeightedLayers(Module module, IReadOnlyList<Tensor> batch)
    {
        var order = new List<string>();
        using var scope = MemoryScope.Begin("lsuv");
        using (ActivationWatch.Install((path, _) => order.Add(path)))
        {
            module.Forward(batch, Pass.Eval);
        }

        return [.. order.Distinct().Where(p => WeightOf(module, p) is not null)];
    }

    private static double VarianceAt(Module module, IReadOnlyList<Tensor> batch, string layer)
    {
        double variance = double.NaN;
        using (ActivationWatch.Install((path, y) => variance = path == layer ? y.Var([], correction: 0).Item() : variance))
        {
            module.Forward(batch, Pass.Eval);
        }

        return variance;
    }

    private static Parameter? WeightOf(Module root, string path)
    {
        var layer = root.NamedModules().First(m => m.Module.Path == path).Module;
        var weights = layer.OwnParameters.Where(p => p.Parameter.Role == ParameterRole.Weight).ToList();
        return weights.Count == 1 ? weights[0].Parameter : null;
    }
}
