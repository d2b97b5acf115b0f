namespace Mettle.Nn;

/// <summary>
/// First weights of recurrent layers that neither shrink nor grow what passes through time: each gate's weights on the state are
/// an orthogonal matrix (Saxe, McClelland and Ganguli 2014), those on the input Glorot's (2010), biases 0 but for the forget
/// gate of an LSTM, which begins at 1 (Jozefowicz, Zaremba and Sutskever, "An empirical exploration of recurrent network
/// architectures", ICML 2015, section 3). All other layers keep their defaults; so do biases set by <see cref="Chrono"/>.
/// </summary>
public static class RecurrentStart
{
    /// <summary>Initialises <paramref name="module"/> and returns it.</summary>
    /// <exception cref="ArgumentException">The model has no recurrent layer.</exception>
    public static T Initialize<T>(T module, RandomKey key)
        where T : Module
    {
        module.Initialize(key);
        var layers = module.NamedModules().Select(m => m.Module).OfType<Recurrent>().ToList();
        if (layers.Count == 0)
        {
            throw new ArgumentException("The rule is for recurrent layers, and this model has none.");
        }

        using var scope = MemoryScope.Begin("recurrent start");
        using var off = Autograd.NoGrad();
        foreach (var layer in layers)
        {
            foreach (var (name, parameter) in layer.OwnParameters)
            {
                parameter.Value = name.StartsWith("weight", StringComparison.Ordinal)
                    ? ByGate(layer, parameter, name.StartsWith("weight_hh", StringComparison.Ordinal) ? new Orthogonal() : new Xavier(), key.For(parameter.Name))
                    : parameter.Default is Chrono ? parameter.Value.Detach() : Bias(layer, parameter, name);
            }
        }

        return module;
    }

    private static Tensor ByGate(Recurrent layer, Parameter weight, Initializer rule, RandomKey key)
    {
        int gates = weight.Shape[0] / layer.Hidden;
        return Tensor.Concat(0, [.. Enumerable.Range(0, gates).Select(g => rule.Create([layer.Hidden, weight.Shape[1]], key.At(g)))]);
    }

    // Of the two biases that are added one begins at 1 where the gate forgets: the second of i, f, g, o.
    private static Tensor Bias(Recurrent layer, Parameter bias, string name)
    {
        var value = Tensor.Zeros(bias.Shape);
        if (layer is Lstm && name.StartsWith("bias_ih", StringComparison.Ordinal))
        {
            value.MutableSpan<float>().Slice(layer.Hidden, layer.Hidden).Fill(1);
        }

        return value;
    }
}
