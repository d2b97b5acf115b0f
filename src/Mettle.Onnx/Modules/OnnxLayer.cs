using Mettle.Nn;

namespace Mettle.Onnx;

/// <summary>
/// A place in the names of an imported model's weights: "conv1" of "conv1.weight". What it computes stands in the model's graph;
/// what the graph computed with its weights passes through it, so that watchers see it.
/// </summary>
internal sealed class OnnxLayer : Module
{
    private readonly Dictionary<string, OnnxLayer> inner = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(x);

    /// <summary>The place below this one.</summary>
    public OnnxLayer Child(string name)
    {
        if (!inner.TryGetValue(name, out var child))
        {
            inner[name] = child = Register(name, new OnnxLayer());
        }

        return child;
    }

    /// <summary>A weight with its numbers, or, without, with the rule by which it begins.</summary>
    public Parameter Add(string name, NetworkWeight weight, Shape shape, Tensor? value)
        => value is null ? Register(name, shape, weight.Fresh, weight.Role) : Register(name, value, weight.Role);

    /// <summary>A running statistic.</summary>
    public Nn.Buffer Add(string name, Tensor value) => RegisterBuffer(name, value);
}
