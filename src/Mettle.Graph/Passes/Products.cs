namespace Mettle.Graphs.Passes;

/// <summary>Products with a known matrix as <see cref="Affine"/>, on operands of any rank, with the rectifier after them. The same bits.</summary>
public static class Products
{
    /// <summary>The graph with them. Without <paramref name="fixedParameters"/> parameters count as unknown.</summary>
    public static Graph Run(Graph graph, bool fixedParameters = false) => Rewriting.Run(graph, (walk, node) => node.Op switch
    {
        MatMul when node.Inputs[1].Spec.Shape.Rank == 2 && node.Inputs[1].Known(fixedParameters) is { } matrix
            => [walk.Emit(Affine.Plain, node.Inputs[0], Rewriting.Constant(matrix.Transpose(), node.Inputs[1].Name))],
        Reshape when Unfolded(walk, node) is { } product => [product],
        Relu when walk.OnlyFor(node.Inputs[0]) is { Op: Affine { IsRectified: false } } product
            => [walk.Emit(Affine.Rectified, [.. product.Inputs])],
        _ => null,
    });

    // Rows that were made one list for the product, and lie in the old axes after it.
    private static Value? Unfolded(Rewriting walk, GraphNode node)
    {
        if (walk.OnlyFor(node.Inputs[0]) is not { Op: Affine } product || walk.Maker(product.Inputs[0]) is not { Op: Reshape } rows)
        {
            return null;
        }

        var (from, to) = (rows.Inputs[0].Spec.Shape, node.Outputs[0].Spec.Shape);
        bool fits = from.Rank > 1 && from.Rank == to.Rank && from[^1] == product.Inputs[1].Spec.Shape[1] && to[^1] == product.Inputs[1].Spec.Shape[0]
            && from.Dims[..^1].SequenceEqual(to.Dims[..^1]);
        return fits ? walk.Emit(product.Op, [rows.Inputs[0], .. product.Inputs.Skip(1)]) : null;
    }
}
