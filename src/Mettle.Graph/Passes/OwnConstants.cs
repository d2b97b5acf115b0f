namespace Mettle.Graphs.Passes;

/// <summary>
/// Constants in plain rows and memory of their own, where they were transposes or parts of others: kernels read them in order, and
/// keep what they pack of a matrix beside its memory, once for each.
/// </summary>
public static class OwnConstants
{
    /// <summary>The graph with them; the same bits. Repeated elements stay one, and parameters stay unless <paramref name="fixedParameters"/>.</summary>
    public static Graph Run(Graph graph, bool fixedParameters = false)
    {
        var copies = new Dictionary<Value, Value>();
        foreach (var value in graph.Nodes.SelectMany(n => n.Inputs).Distinct())
        {
            if (value.Known(fixedParameters) is { Count: > 0, IsRepeated: false } tensor && (!tensor.IsContiguous || tensor.Storage.Bytes != tensor.Spec.Bytes))
            {
                copies[value] = new(Tensor.FromBytes(tensor.ToBytes(), tensor.Shape, tensor.DType).Persist(), value.Name);
            }
        }

        return copies.Count == 0
            ? graph
            : new(graph.Inputs, graph.Nodes.Select(n => n with { Inputs = [.. n.Inputs.Select(v => copies.GetValueOrDefault(v, v))] }), graph.Outputs);
    }
}
