using Mettle.Graphs;

namespace Mettle.Onnx;

/// <summary>A model prepared for many runs on shapes: what depends on no input is computed once.</summary>
internal sealed class ShapeModel : IDisposable
{
    private readonly MemoryScope scope = MemoryScope.Begin("constants");

    public ShapeModel(OnnxModel model)
    {
        Model = model;
        Inputs = [.. model.Graph.Required];
        var frame = Frame.Of(model);
        foreach (var (name, value) in model.Graph.Initializers)
        {
            frame.Put(name, Constants[name] = value);
        }

        var nodes = new List<OnnxNode>();
        try
        {
            using var quiet = Autograd.NoGrad();
            foreach (var node in model.Graph.Nodes)
            {
                if (Uses(node).All(Constants.ContainsKey))
                {
                    frame.Apply(node);
                    foreach (string output in node.Outputs.Where(o => o.Length > 0))
                    {
                        Constants[output] = frame.Find(output);
                    }
                }
                else
                {
                    nodes.Add(node);
                }
            }
        }
        catch
        {
            scope.Dispose();
            throw;
        }

        Nodes = nodes;
        foreach (string name in Inputs.Select(i => i.Name).Concat(nodes.SelectMany(n => n.Outputs)).Where(n => n.Length > 0))
        {
            Names.TryAdd(name, Names.Count);
        }
    }

    /// <summary>The model.</summary>
    public OnnxModel Model { get; }

    /// <summary>What a caller must bring.</summary>
    public IReadOnlyList<OnnxPort> Inputs { get; }

    /// <summary>Values that depend on no input.</summary>
    public Dictionary<string, OnnxValue?> Constants { get; } = new(StringComparer.Ordinal);

    /// <summary>Nodes that depend on an input.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>Places of the values that depend on an input.</summary>
    public Dictionary<string, int> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>What a node reads, by its bodies too.</summary>
    public static IEnumerable<string> Uses(OnnxNode node)
        => node.Inputs.Where(i => i.Length > 0).Concat(node.Attributes.Values.Select(a => a.Graph).OfType<OnnxGraph>().SelectMany(Free));

    /// <inheritdoc/>
    public void Dispose() => scope.Dispose();

    private static IEnumerable<string> Free(OnnxGraph graph)
    {
        var own = graph.Nodes.SelectMany(n => n.Outputs).Concat(graph.Inputs.Select(i => i.Name)).Concat(graph.Initializers.Keys).ToHashSet(StringComparer.Ordinal);
        return graph.Nodes.SelectMany(Uses).Concat(graph.Outputs.Select(o => o.Name)).Where(n => !own.Contains(n));
    }
}
