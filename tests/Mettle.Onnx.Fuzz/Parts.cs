using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Fuzz;

/// <summary>All parts of a model of one kind, bodies and functions included.</summary>
internal static class Parts
{
    private const int Deepest = 60;

    public static List<GraphProto> Graphs(ModelProto model)
    {
        var all = new List<GraphProto>();
        Add(model.Graph, 0);
        foreach (var node in model.Functions.SelectMany(f => f.Node))
        {
            Bodies(node, 0);
        }

        return all;

        void Add(GraphProto? graph, int depth)
        {
            if (graph is null || depth > Deepest)
            {
                return;
            }

            all.Add(graph);
            foreach (var node in graph.Node)
            {
                Bodies(node, depth);
            }
        }

        void Bodies(NodeProto node, int depth)
        {
            foreach (var attribute in node.Attribute)
            {
                Add(attribute.G, depth + 1);
            }
        }
    }

    public static List<NodeProto> Nodes(ModelProto model)
        => [.. Graphs(model).SelectMany(g => g.Node), .. model.Functions.SelectMany(f => f.Node)];

    public static List<AttributeProto> Attributes(ModelProto model) => [.. Nodes(model).SelectMany(n => n.Attribute)];

    public static List<TensorProto> Tensors(ModelProto model)
        => [.. Graphs(model).SelectMany(g => g.Initializer), .. Attributes(model).Select(a => a.T).Where(t => t is not null)];

    public static List<ValueInfoProto> Ports(ModelProto model) => [.. Graphs(model).SelectMany(g => g.Input.Concat(g.Output))];

    /// <summary>Names of the values in a graph.</summary>
    public static List<string> Names(GraphProto graph)
        => [.. graph.Input.Select(i => i.Name), .. graph.Initializer.Select(i => i.Name), .. graph.Node.SelectMany(n => n.Output).Where(o => o.Length > 0)];
}
