namespace Mettle.Onnx;

/// <summary>
/// Runs a model node by node as tensor code. Nothing is prepared, so every model works, gradients flow through it, and a trace
/// of it is a plain graph; for speed make a plan of that.
/// </summary>
public static class OnnxEvaluator
{
    /// <summary>
    /// Results in the order of the graph's outputs. <paramref name="inputs"/> by name; inputs with a default may be left out.
    /// Throws <see cref="OnnxException"/> naming the node where something does not fit.
    /// </summary>
    public static OnnxValue[] Run(OnnxModel model, IReadOnlyDictionary<string, OnnxValue> inputs)
    {
        var ports = model.Graph.Inputs;
        foreach (string name in inputs.Keys)
        {
            if (ports.All(p => p.Name != name))
            {
                throw new OnnxException(model.Source, $"there is no input {OnnxException.Quote(name)}; there are: {string.Join(", ", ports.Select(p => p.Name))}.");
            }
        }

        var ordered = new OnnxValue?[ports.Count];
        for (int i = 0; i < ordered.Length; i++)
        {
            if (!inputs.TryGetValue(ports[i].Name, out ordered[i]) && !model.Graph.Initializers.ContainsKey(ports[i].Name) && ports[i].Type?.Kind != OnnxKind.Optional)
            {
                throw new OnnxException(model.Source, $"the input {OnnxException.Quote(ports[i].Name)} ({ports[i].Type}) is missing.");
            }
        }

        return Frame.Run(model, ordered);
    }
}
