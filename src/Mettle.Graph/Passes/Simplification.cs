namespace Mettle.Graphs.Passes;

/// <summary>All passes, again and again until nothing changes.</summary>
public static class Simplification
{
    /// <summary>
    /// The same function in fewer and cheaper ops; each pass states its error. With <paramref name="sameBits"/> there is none: only what
    /// gives the bits of the ops one by one. With <paramref name="fixedParameters"/> parameters are constants that nobody trains, and no
    /// gradients are asked for: the result is for inference, and quantised layers become products of integers.
    /// </summary>
    public static Graph Run(Graph graph, bool fixedParameters = false, bool sameBits = false)
    {
        bool integers = fixedParameters && !sameBits;
        graph = integers ? Run(graph, fixedParameters, sameBits, integers) : graph;

        // What is no such layer computes with f32 constants.
        return Run(graph, fixedParameters, sameBits, integers: false);
    }

    private static Graph Run(Graph graph, bool fixedParameters, bool sameBits, bool integers)
    {
        for (Graph? before = null; !ReferenceEquals(before, graph);)
        {
            before = graph;
            graph = integers ? IntegerKernels.Run(graph) : graph;
            graph = ConstantFolding.Run(graph, fixedParameters, keepLevels: integers);
            graph = Movements.Run(graph, inference: fixedParameters);
            graph = Casts.Run(graph, keepPrecision: !sameBits);
            graph = CommonSubexpressions.Run(graph);
            graph = Arithmetic.Run(graph, sameBits);
            graph = Ranges.Run(graph);
            graph = Products.Run(graph, fixedParameters);
            graph = ChannelFolding.Run(graph, fixedParameters, sameBits);
            if (!sameBits)
            {
                graph = Activations.Run(graph);
                graph = Normalizations.Run(graph, fixedParameters);
                graph = Lookups.Run(graph, fixedParameters);
                graph = FlattenedImages.Run(graph, fixedParameters);
            }
        }

        return OwnConstants.Run(graph, fixedParameters);
    }
}
