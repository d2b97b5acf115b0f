namespace Mettle.Graphs.Passes;

/// <summary>Maxima of windows whose places nobody reads.</summary>
public static class WindowMaxima
{
    /// <summary>The graph in which they are found without their places: the same bits, except that of equal zeros one of the other sign may count.</summary>
    public static Graph Run(Graph graph) => Rewriting.Run(graph, (walk, node) =>
        node.Op is MaxPool pool && walk.Uses(node.Outputs[1]) == 0
            ? [walk.Emit(new WindowMax(pool.Kernel, pool.Stride, pool.Padding, pool.Dilation), node.Inputs[0]), node.Outputs[1]]
            : null);
}
