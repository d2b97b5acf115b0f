namespace Mettle.Graphs.Passes;

/// <summary>
/// Other values for those of a node, as many as it has results and of the same kinds, or null to keep it. The node's operands are
/// those of the new graph already.
/// </summary>
internal delegate IReadOnlyList<Value>? Rule(Rewriting walk, GraphNode node);

/// <summary>One walk over a graph, operands first, in which a rule replaces nodes. What nobody needs any more goes.</summary>
internal sealed class Rewriting
{
    private readonly Dictionary<Value, Value> replaced = [];
    private readonly Dictionary<Value, GraphNode> makers = [];
    private readonly Dictionary<Value, int> uses = [];
    private readonly List<GraphNode> nodes = [];

    private Rewriting(Graph graph)
    {
        foreach (var value in graph.Nodes.SelectMany(n => n.Inputs).Concat(graph.Outputs))
        {
            uses[value] = Uses(value) + 1;
        }
    }

    /// <summary>The graph in which <paramref name="rule"/> was applied to every node; the graph itself if it replaced none.</summary>
    public static Graph Run(Graph graph, Rule rule)
    {
        using var scope = MemoryScope.Begin("pass");
        using var quiet = Autograd.NoGrad();
        var walk = new Rewriting(graph);
        bool changed = false;
        foreach (var node in graph.Nodes)
        {
            Budget.Check();
            var current = node.Inputs.Any(walk.replaced.ContainsKey) ? node with { Inputs = [.. node.Inputs.Select(walk.Current)] } : node;
            if (rule(walk, current) is { } results)
            {
                changed = true;
                walk.Replace(node, results);
            }
            else
            {
                walk.Add(current);
            }
        }

        return changed ? DeadCode.Remove(new Graph(graph.Inputs, walk.nodes, graph.Outputs.Select(walk.Current))) : graph;
    }

    /// <summary>The node that makes <paramref name="value"/>; null for inputs and constants.</summary>
    public GraphNode? Maker(Value value) => makers.GetValueOrDefault(value);

    /// <summary>The node that makes <paramref name="value"/>, if nothing else reads it.</summary>
    public GraphNode? OnlyFor(Value value) => Uses(value) == 1 ? Maker(value) : null;

    /// <summary>How many operands and outputs <paramref name="value"/> is; never too few.</summary>
    public int Uses(Value value) => uses.GetValueOrDefault(value);

    /// <summary>A new node; its first result.</summary>
    public Value Emit(Op op, params ReadOnlySpan<Value> inputs)
    {
        Value[] operands = [.. inputs];
        Value[] results = [.. op.Infer([.. operands.Select(v => v.Spec)]).Select(s => new Value(s))];
        foreach (var operand in operands)
        {
            uses[operand] = Uses(operand) + 1;
        }

        Add(new(op, operands, results));
        return results[0];
    }

    /// <summary>A constant that outlives the walk.</summary>
    public static Value Constant(Tensor tensor, string name = "") => new(tensor.Persist(), name);

    private Value Current(Value value) => replaced.GetValueOrDefault(value, value);

    private void Add(GraphNode node)
    {
        nodes.Add(node);
        foreach (var result in node.Outputs)
        {
            makers[result] = node;
        }
    }

    private void Replace(GraphNode node, IReadOnlyList<Value> results)
    {
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            var (old, other) = (node.Outputs[i], results[i]);
            if (old.Spec != other.Spec)
            {
                throw new InvalidOperationException($"A pass replaced {old.Spec} of {node.Op} by {other.Spec}.");
            }

            replaced[old] = other;
            uses[other] = Uses(other) + Uses(old);
        }
    }
}
