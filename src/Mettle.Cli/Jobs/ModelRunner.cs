using Mettle.Graphs;
using Mettle.Onnx;

namespace Mettle.Cli;

/// <summary>Runs an ONNX model by plans, one for each set of input shapes, or node by node where it cannot be made one.</summary>
internal sealed class ModelRunner(OnnxModel model)
{
    // Images of many sizes: a plan for each would cost more than it gives back.
    private const int MostPlans = 4;

    private readonly Dictionary<string, Plan> _plans = new(StringComparer.Ordinal);

    /// <summary>Why the model runs node by node; null where it runs by plans.</summary>
    public string? Fallback { get; private set; }

    /// <summary>Whether any call ran by a plan.</summary>
    public bool Planned => _plans.Count > 0;

    /// <summary>Outputs in the model's order; tensors belong to the current scope.</summary>
    /// <exception cref="OnnxException">The inputs do not fit; names the node.</exception>
    public OnnxValue[] Run(IReadOnlyDictionary<string, OnnxValue> inputs)
    {
        if (Fallback is null && PlanFor(inputs) is { } plan)
        {
            Tensor[] results = plan.Run([.. plan.Graph.Inputs.Select(v => ((TensorValue)inputs[v.Name]).Tensor.Contiguous())]);
            return [.. results.Select((r, i) => new TensorValue(r, ElementOf(i, r)))];
        }

        using var quiet = Autograd.NoGrad();
        return OnnxEvaluator.Run(model, inputs);
    }

    /// <summary>The plan for these inputs' shapes, or null with <see cref="Fallback"/> set.</summary>
    public Plan? PlanFor(IReadOnlyDictionary<string, OnnxValue> inputs)
    {
        string key = string.Join(';', inputs.OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => $"{i.Key}:{i.Value.Describe()}"));
        if (_plans.TryGetValue(key, out Plan? known)) return known;
        if (_plans.Count >= MostPlans)
        {
            Fallback = $"its inputs have more than {MostPlans} different shapes";
            return null;
        }

        if (inputs.FirstOrDefault(i => i.Value is not TensorValue) is { Key: { } text })
        {
            Fallback = $"its input '{text}' holds texts";
            return null;
        }

        Graph graph;
        try
        {
            graph = OnnxGraphs.Trace(model, inputs.ToDictionary(i => i.Key, i => ((TensorValue)i.Value).Tensor.Shape, StringComparer.Ordinal));
        }
        catch (OnnxException e)
        {
            // Node by node either works or says the fault with the data at hand.
            Fallback = e.Message;
            return null;
        }

        return _plans[key] = Plan.Compile(graph.ForInference());
    }

    private ElementType ElementOf(int output, Tensor result)
        => model.Graph.Outputs[output].Type is { Kind: OnnxKind.Tensor, Element: not (ElementType.None or ElementType.Text or ElementType.C64 or ElementType.C128) } t && t.Element.Storage() == result.DType ? t.Element : ElementTypes.Of(result.DType);
}
