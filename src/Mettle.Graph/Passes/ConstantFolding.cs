namespace Mettle.Graphs.Passes;

/// <summary>Computes nodes whose operands are all known. The bits are those that the node gives.</summary>
public static class ConstantFolding
{
    /// <summary>
    /// The graph with their results as constants. Parameters count as known only with <paramref name="fixedParameters"/>: they are not trained
    /// any more. With <paramref name="keepLevels"/> integers are not dequantised yet, which <see cref="IntegerKernels"/> may still multiply as they are.
    /// </summary>
    public static Graph Run(Graph graph, bool fixedParameters = false, bool keepLevels = false) => Rewriting.Run(graph, (_, node) =>
    {
        if (keepLevels && node.Op is Dequantize)
        {
            return null;
        }

        var operands = node.Inputs.Select(v => v.Known(fixedParameters)).ToArray();
        return Array.Exists(operands, t => t is null) ? null : [.. node.Op.ApplyAll(operands!).Select((t, i) => Rewriting.Constant(t, node.Outputs[i].Name))];
    });
}
