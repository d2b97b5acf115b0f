namespace Mettle.Graphs.Passes;

/// <summary>
/// A layer on flattened images reads them as convolutions and pooling leave them, channel beside channel, with its weights in that
/// order: no copy lies between.
/// </summary>
public static class FlattenedImages
{
    /// <summary>The graph with such weights; sums run in another order. Without <paramref name="fixedParameters"/> parameters count as unknown.</summary>
    public static Graph Run(Graph graph, bool fixedParameters = false) => Rewriting.Run(graph, (walk, node) =>
    {
        if (node.Op is not Affine || walk.Maker(node.Inputs[0]) is not { Op: Reshape } flat || node.Inputs[1].Known(fixedParameters) is not { } weight)
        {
            return null;
        }

        var (image, rows) = (flat.Inputs[0].Spec.Shape, flat.Outputs[0].Spec.Shape);
        bool fits = image.Rank > 2 && rows.Rank == 2 && rows[0] == image[0] && image[1] > 1 && image.Count > (long)image[0] * image[1] && IsImage(walk, flat.Inputs[0]);
        if (!fits)
        {
            return null;
        }

        int[] order = [0, .. Enumerable.Range(2, image.Rank - 2), 1];
        var turned = weight.Reshape(new Shape([weight.Shape[0], .. image.Dims[1..]])).Permute(order).Contiguous().Reshape(weight.Shape);
        var x = walk.Emit(new Reshape(rows), walk.Emit(new Permute(order), flat.Inputs[0]));
        return [walk.Emit(node.Op, [x, Rewriting.Constant(turned, node.Inputs[1].Name), .. node.Inputs.Skip(2)])];
    });

    // Whether it lies channel beside channel in memory.
    private static bool IsImage(Rewriting walk, Value value) => walk.Maker(value) switch
    {
        { Op: ConvolutionOp or PoolOp } => true,
        { Op: UnaryOp or FusedUnary or BatchNormInference } node => IsImage(walk, node.Inputs[0]),
        { Op: BinaryOp } node => node.Inputs.Any(v => v.Constant is null && IsImage(walk, v)),
        _ => false,
    };
}
