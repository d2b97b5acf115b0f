namespace Mettle.Graphs.Passes;

/// <summary>Takes together ops that only move elements, and leaves out those that move none. The same bits.</summary>
public static class Movements
{
    /// <summary>The graph with fewer of them. With <paramref name="inference"/> nobody asks for gradients: stop_gradient goes too.</summary>
    public static Graph Run(Graph graph, bool inference = false)
        => Rewriting.Run(graph, (walk, node) => IsIdentity(node, inference) ? [node.Inputs[0]] : Merge(walk, node) is { } merged ? [merged] : null);

    private static bool IsIdentity(GraphNode node, bool inference) => node.Op switch
    {
        Reshape or Broadcast => node.Inputs[0].Spec == node.Outputs[0].Spec,
        Permute permute => permute.Order.SequenceEqual(Enumerable.Range(0, permute.Order.Count)),
        Slice slice => node.Inputs[0].Spec == node.Outputs[0].Spec && IsInOrder(slice),
        Pad pad => pad.Before.Concat(pad.After).All(n => n == 0),
        Concat or SplitAxis => node.Inputs.Count == 1 && node.Outputs.Count == 1,
        StopGradient => inference,
        _ => false,
    };

    private static bool IsInOrder(Slice slice)
        => Enumerable.Range(0, slice.Sizes.Count).All(i => slice.Sizes[i] < 2 || slice.Steps[i] == 1);

    private static Value? Merge(Rewriting walk, GraphNode node)
    {
        if (node.Op is IndexSelect { Shared: 0 } select)
        {
            return Sliced(walk, node, select.Axis);
        }

        if (walk.Maker(node.Inputs[0]) is not { } inner)
        {
            return null;
        }

        var x = inner.Inputs[0];
        return (inner.Op, node.Op) switch
        {
            // A reshape may be a copy: not twice.
            (Reshape, Reshape) when walk.Uses(node.Inputs[0]) == 1 => walk.Emit(node.Op, x),
            (Permute moved, Reshape) when MovesNothing(moved, x.Spec.Shape) => walk.Emit(node.Op, x),
            (Permute first, Permute second) => walk.Emit(new Permute([.. second.Order.Select(i => first.Order[i])]), x),
            (Broadcast, Broadcast) => walk.Emit(node.Op, x),
            (Slice first, Slice second) => walk.Emit(Compose(first, second), x),
            _ => null,
        };
    }

    // Rows at equal distances as a view.
    private static Value? Sliced(Rewriting walk, GraphNode node, int axis)
    {
        var shape = node.Inputs[0].Spec.Shape;
        if (Range(node.Inputs[1], shape[axis]) is not var (first, step))
        {
            return null;
        }

        var (starts, steps) = (new int[shape.Rank], new int[shape.Rank]);
        Array.Fill(steps, 1);
        (starts[axis], steps[axis]) = (first, step);
        var slice = new Slice(starts, shape.With(axis, (int)node.Inputs[1].Spec.Shape.Count).Dims, steps);
        return walk.Emit(new Reshape(node.Outputs[0].Spec.Shape), walk.Emit(slice, node.Inputs[0]));
    }

    // Known indices at equal distances.
    private static (int First, int Step)? Range(Value indices, int size)
    {
        if (indices.Constant is not { Count: > 0 } tensor)
        {
            return null;
        }

        long[] all = tensor.Contiguous().ToArray<long>();
        long step = all.Length > 1 ? all[1] - all[0] : 1;
        for (int i = 1; i < all.Length; i++)
        {
            if (all[i] - all[i - 1] != step)
            {
                return null;
            }
        }

        return step == 0 || Math.Min(all[0], all[^1]) < 0 || Math.Max(all[0], all[^1]) >= size ? null : ((int)all[0], (int)step);
    }

    // Only axes of length 1 change places.
    private static bool MovesNothing(Permute permute, Shape shape)
    {
        var order = permute.Order.Where(i => shape[i] != 1).ToList();
        return order.SequenceEqual(order.Order());
    }

    private static Slice Compose(Slice first, Slice second)
    {
        int rank = first.Starts.Count;
        var (starts, steps) = (new int[rank], new int[rank]);
        for (int i = 0; i < rank; i++)
        {
            starts[i] = first.Starts[i] + (second.Starts[i] * first.Steps[i]);
            steps[i] = first.Steps[i] * second.Steps[i];
        }

        return new(starts, [.. second.Sizes], steps);
    }
}
