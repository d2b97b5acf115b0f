using Mettle.Graphs;
using Mettle.Graphs.Passes;

namespace Mettle.Onnx;

/// <summary>Replaces ops that no ONNX operator states by the ops they are made of; what cannot be written at all is listed.</summary>
internal static class Lowering
{
    /// <summary>The same function in ops that <see cref="FormTable"/> has. Throws <see cref="OnnxException"/> naming all that it has not.</summary>
    public static Graph Apply(Graph graph, string name)
    {
        var refused = new SortedDictionary<string, (int Count, string Reason)>(StringComparer.Ordinal);
        var lowered = Apply(graph, refused);
        if (refused.Count > 0)
        {
            throw new OnnxException(
                name, $"{refused.Count} {(refused.Count == 1 ? "op has" : "ops have")} no ONNX form:\n  {string.Join("\n  ", refused.Select(r => $"{r.Key} ({r.Value.Count} times): {r.Value.Reason}"))}");
        }

        return DeadCode.Remove(lowered);
    }

    private static Graph Apply(Graph graph, SortedDictionary<string, (int Count, string Reason)> refused)
    {
        var used = graph.Nodes.SelectMany(n => n.Inputs).Concat(graph.Outputs).ToHashSet();
        var replaced = new Dictionary<Value, Value>();
        var nodes = new List<GraphNode>();
        foreach (var given in graph.Nodes)
        {
            var node = new GraphNode(given.Op, [.. given.Inputs.Select(Now)], given.Outputs);
            if (FormTable.Refusal(node.Op) is { } reason)
            {
                refused[node.Op.Name] = (refused.GetValueOrDefault(node.Op.Name).Count + 1, reason);
                nodes.Add(node);
            }
            else if (FormTable.Find(node, used.Contains) is not null)
            {
                nodes.Add(node);
            }
            else
            {
                Inline(node);
            }
        }

        return new Graph(graph.Inputs, nodes, graph.Outputs.Select(Now));

        Value Now(Value v) => replaced.GetValueOrDefault(v, v);

        void Inline(GraphNode node)
        {
            int[] wanted = [.. Enumerable.Range(0, node.Outputs.Count).Where(i => used.Contains(node.Outputs[i]))];
            Value[] inputs = [.. node.Inputs.Select(v => new Value(v.Spec))];
            var inner = Apply(
                Graph.Trace(x => { var all = ((FusedOp)node.Op).Decompose(x); return [.. wanted.Select(i => all[i])]; }, inputs), refused);
            for (int i = 0; i < inputs.Length; i++)
            {
                replaced[inputs[i]] = node.Inputs[i];
            }

            nodes.AddRange(inner.Nodes.Select(n => new GraphNode(n.Op, [.. n.Inputs.Select(Now)], n.Outputs)));
            for (int i = 0; i < wanted.Length; i++)
            {
                replaced[node.Outputs[wanted[i]]] = Now(inner.Outputs[i]);
            }
        }
    }
}
