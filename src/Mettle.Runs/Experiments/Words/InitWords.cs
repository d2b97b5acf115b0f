using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Gives a model its first weights; what a word of the slot <c>init</c> builds.</summary>
/// <param name="model">The model.</param>
/// <param name="batch">Some training inputs, for rules that look at data.</param>
/// <param name="key">Random stream.</param>
public delegate void InitRule(Module model, IReadOnlyList<Tensor> batch, RandomKey key);

/// <summary>Words of the slot <c>init</c>.</summary>
internal static class InitWords
{
    private static readonly Dictionary<string, string> Docs = new(StringComparer.Ordinal)
    {
        ["he-normal"] = "Variance 2 / inputs, for rectifiers (He et al. 2015).",
        ["he-uniform"] = "The same from a uniform distribution.",
        ["he-fan-out"] = "Variance 2 / outputs: keeps gradients rather than activations (He et al. 2015).",
        ["xavier-normal"] = "Variance 2 / (inputs + outputs) (Glorot and Bengio 2010).",
        ["xavier-uniform"] = "The same from a uniform distribution.",
        ["orthogonal"] = "Random orthogonal matrices (Saxe, McClelland and Ganguli 2014).",
        ["truncated-normal"] = "Normal with deviation 0.02, cut at two deviations.",
        ["zeros"] = "All zero (a network that cannot learn, for experiments).",
    };

    public static void AddTo(Vocabulary v)
    {
        foreach (var (word, initializer) in Initializers.ByWord)
        {
            string name = word.Replace('_', '-');
            if (name == "normal")
            {
                continue;
            }

            v.Add<InitRule>("init", name, Docs[name], [], _ => (model, _, key) => model.Initialize(key, initializer));
        }

        v.Add<InitRule>(
            "init", "normal", "Normal with one deviation for all layers, however wide they are.",
            [
                Field.Float("deviation", 0.02, "Standard deviation of the weights.", min: 0),
                Field.Float("bias", null, "First value of all biases; unset leaves them to each layer."),
            ],
            w =>
            {
                var rule = new Normal(deviation: w["deviation"].Double());
                double? bias = w["bias"].HasValue ? w["bias"].Double() : null;
                return (model, _, key) =>
                {
                    model.Initialize(key, rule);
                    foreach (var p in model.Parameters.Where(p => bias is not null && p.Role == ParameterRole.Bias))
                    {
                        p.Value = Tensor.Full(p.Shape, bias!.Value, p.Value.DType);
                    }
                };
            });
        v.Add<InitRule>(
            "init", "lsuv", "Orthogonal, then scaled layer by layer until a batch gives unit variance (Mishkin and Matas 2016).", [],
            _ => (model, batch, key) => Lsuv.Initialize(model, batch, key));
        v.Add<InitRule>(
            "init", "recurrent", "Recurrent layers: orthogonal on the state gate by gate, Glorot's on the input, an LSTM's forget gate open (Jozefowicz et al. 2015).", [],
            _ => (model, _, key) => RecurrentStart.Initialize(model, key));
        v.Add<InitRule>(
            "init", "fixup", "Residual branches scaled so that depth needs no normalisation (Zhang, Dauphin and Ma 2019).", [],
            _ => (model, _, key) => Fixup.Initialize(model, key));
    }
}
