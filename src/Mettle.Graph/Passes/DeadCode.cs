namespace Mettle.Graphs.Passes;

/// <summary>Leaves out nodes whose results nobody uses.</summary>
public static class DeadCode
{
    /// <summary>The same function without them.</summary>
    public static Graph Remove(Graph graph)
    {
        var wanted = new HashSet<Value>(graph.Outputs);
        var kept = new List<GraphNode>();
        foreach (var node in graph.Nodes.Reverse())
        {
            Budget.Check();
            if (node.Outputs.Any(wanted.Contains))
            {
                kept.Add(node);
                wanted.UnionWith(node.Inputs);
            }
        }

        kept.Reverse();
        return kept.Count == graph.Nodes.Count ? graph : new Graph(graph.Inputs, kept, graph.Outputs);
    }
}
