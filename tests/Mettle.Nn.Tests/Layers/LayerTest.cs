namespace Mettle.Nn.Tests;

/// <summary>
/// Everything a layer must do, in one call: construct, shapes, types, finite gradients that match differences, a training
/// step that moves every parameter, deterministic evaluation, save and load.
/// </summary>
internal static class LayerTest
{
    private static readonly RandomKey Key = RandomKey.FromSeed(7);

    /// <param name="make">Constructs the layer.</param>
    /// <param name="inputs">Inputs in f32 or integers.</param>
    /// <param name="output">Shape expected.</param>
    /// <param name="keys">State-dict keys expected, PyTorch's, in its order.</param>
    public static void Run(Func<Module> make, Tensor[] inputs, Shape output, params string[] keys)
    {
        var layer = make().Initialize(Key);
        Assert.Equal(keys, layer.StateDict().Keys);
        if (layer.ParameterCount > 0)
        {
            Assert.Throws<InvalidOperationException>(() => make().Forward(inputs, Pass.Eval));
            StepMovesEveryParameter(layer, inputs);
        }

        EvaluatesTheSameTwice(layer, inputs, output);
        SavesAndLoads(layer, make, inputs);
        AgreesInDouble(layer, inputs);
        GradientMatchesDifferences(layer.To(DType.F64), inputs);
    }

    public static void Run(Func<Module> make, Shape input, Shape output, params string[] keys)
        => Run(make, [Tensor.Normal(Key.For("x"), input)], output, keys);

    private static void EvaluatesTheSameTwice(Module layer, Tensor[] inputs, Shape output)
    {
        var first = layer.Forward(inputs, Pass.Eval);
        var second = layer.Forward(inputs, Pass.Eval);
        Assert.Equal(output, first.Shape);
        Assert.Equal(DType.F32, first.DType);
        Assert.Equal(first.ToBytes(), second.ToBytes());
        EvaluatesTheSameWithoutGradients(layer, inputs, first);
        Assert.All(first.ToArray<float>(), v => Assert.True(float.IsFinite(v)));
        var train = Pass.Train(Key.For("pass"));
        Assert.Equal(layer.Forward(inputs, train).ToBytes(), layer.Forward(inputs, train).ToBytes());
    }

    // Steps are freed on the way then; neither the result nor the inputs are.
    private static void EvaluatesTheSameWithoutGradients(Module layer, Tensor[] inputs, Tensor expected)
    {
        using var off = Autograd.NoGrad();
        Assert.Equal(expected.ToBytes(), layer.Forward(inputs, Pass.Eval).ToBytes());
        Assert.All(inputs, x => Assert.False(x.IsReleased));
    }

    private static void SavesAndLoads(Module layer, Func<Module> make, Tensor[] inputs)
    {
        using var folder = new TempFolder();
        Checkpoint.Save(layer, folder["layer"]);
        var loaded = make();
        Checkpoint.Load(loaded, folder["layer"]);
        Assert.Equal(layer.Forward(inputs, Pass.Eval).ToBytes(), loaded.Forward(inputs, Pass.Eval).ToBytes());
    }

    private static void StepMovesEveryParameter(Module layer, Tensor[] inputs)
    {
        Loss(layer, inputs).Backward();
        foreach (var (name, parameter) in layer.NamedParameters())
        {
            Assert.True(parameter.Grad is not null, $"{name} has no gradient.");
            var gradient = parameter.Grad.ToArray<float>();
            Assert.All(gradient, g => Assert.True(float.IsFinite(g), name));
            var value = parameter.Value.MutableSpan<float>();
            float[] before = value.ToArray();
            for (int i = 0; i < gradient.Length; i++)
            {
                value[i] -= 0.01f * gradient[i];
            }

            Assert.False(before.AsSpan().SequenceEqual(value), $"{name} did not move.");
            parameter.Grad = null;
        }
    }

    private static void AgreesInDouble(Module layer, Tensor[] inputs)
    {
        double[] single = layer.Forward(inputs, Pass.Eval).To(DType.F64).ToArray<double>();
        layer.To(DType.F64);
        double[] exact = layer.Forward(Array.ConvertAll(inputs, Double), Pass.Eval).ToArray<double>();
        double scale = Math.Max(1e-3, exact.Max(Math.Abs));
        for (int i = 0; i < exact.Length; i++)
        {
            Assert.True(Math.Abs(single[i] - exact[i]) <= 1e-4 * scale, $"element {i}: f32 {single[i]}, f64 {exact[i]}");
        }

        layer.To(DType.F32);
    }

    // Along one random direction in parameters and inputs: <gradient, direction> against a central difference.
    private static void GradientMatchesDifferences(Module layer, Tensor[] inputs)
    {
        var leaves = inputs.Select(x => x.DType == DType.F32 ? x.To(DType.F64).WithGrad() : x).ToArray();
        var parameters = layer.NamedParameters().ToList();
        var all = leaves.Where(l => l.RequiresGrad).Concat(parameters.Select(p => p.Parameter.Value)).ToList();
        if (all.Count == 0)
        {
            return;
        }

        var directions = all.Select((t, i) => Tensor.Normal(Key.For("direction").At(i), t.Shape, dtype: DType.F64)).ToList();
        var gradients = Autograd.Grad(Loss(layer, leaves), all, retainGraph: true);
        double analytic = gradients.Zip(directions, (g, d) => g is null ? 0 : (g * d).Sum().Item()).Sum();
        const double Step = 1e-6;
        double difference = (Shifted(Step) - Shifted(-Step)) / (2 * Step);

        Assert.True(Math.Abs(analytic - difference) <= 1e-6 * Math.Max(1, Math.Abs(difference)), $"gradient {analytic}, difference {difference}");

        double Shifted(double by)
        {
            var moved = all.Select((t, i) => (t.Detach() + (directions[i] * by)).Detach()).ToList();
            int next = 0;
            var x = leaves.Select(l => l.RequiresGrad ? moved[next++] : l).ToArray();
            foreach (var (_, p) in parameters)
            {
                p.Value = Tensor.FromBytes(moved[next++].ToBytes(), p.Shape, DType.F64);
            }

            double loss = Loss(layer, x).Item();
            for (int i = 0; i < parameters.Count; i++)
            {
                parameters[i].Parameter.Value = all[all.Count - parameters.Count + i];
            }

            return loss;
        }
    }

    private static Tensor Loss(Module layer, Tensor[] inputs)
    {
        var y = layer.Forward(inputs, Pass.Train(Key.For("pass")));
        return (y * Tensor.Normal(Key.For("cotangent"), y.Shape, dtype: y.DType)).Sum();
    }

    private static Tensor Double(Tensor x) => x.DType == DType.F32 ? x.To(DType.F64) : x;
}
