namespace Mettle.Onnx;

/// <summary>Finds where a model's last layer begins, and where its logits are.</summary>
internal static class HeadFinder
{
    // Operators after which a softmax is still the model's end.
    private static readonly HashSet<string> Shapes = ["Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Cast"];

    private static readonly HashSet<string> Means = ["GlobalAveragePool", "AveragePool", "ReduceMean", "GlobalMaxPool"];

    /// <summary>The value that the last product reads, and whether a mean over places follows that product.</summary>
    public static (string Features, bool Pools) Features(Network network)
    {
        var shapes = ShapesOnly(network);
        var open = new HashSet<string>(StringComparer.Ordinal) { network.Output };
        var passed = new List<OnnxNode>();
        foreach (var node in Enumerable.Reverse(network.Nodes))
        {
            if (!node.Outputs.Any(open.Contains))
            {
                continue;
            }

            if (!WeightFinder.IsProduct(network, node))
            {
                passed.Add(node);
                open.ExceptWith(node.Outputs);
                open.UnionWith(Network.Uses(node).Where(u => !network.IsConstant(u) && !shapes.Contains(u)));
                continue;
            }

            if (open.Count > 1)
            {
                throw Impossible(network, $"{node.Label} is one of {open.Count} branches that meet before it");
            }

            bool convolves = node.Operator is "Conv" or "ConvTranspose";
            bool pools = passed.Exists(n => Means.Contains(n.Operator));
            if (node.Operator is not ("Gemm" or "MatMul" or "Conv") || (convolves && !pools))
            {
                throw Impossible(network, $"the last layer with weights is {node.Label}, after which come {Names(passed)}");
            }

            return (node.Inputs[network.IsConstant(node.Inputs[0]) ? 1 : 0], convolves);
        }

        throw Impossible(network, $"no layer with weights comes before it, only {Names(passed)}");
    }

    /// <summary>The value before a softmax or its logarithm at the end; the end itself where there is none.</summary>
    public static string Logits(Network network)
    {
        string value = network.Output;
        while (network.Maker(value) is { Domain.Length: 0 } node && Shapes.Contains(node.Operator) && network.CountUses()[value] == 1)
        {
            value = node.Inputs[0];
        }

        return network.Maker(value) switch
        {
            { Domain.Length: 0, Operator: "Softmax" or "LogSoftmax" } end => end.Inputs[0],
            { Domain.Length: 0, Operator: "Div" } end when network.Maker(end.Inputs[0]) is { Operator: "Exp" } exp => exp.Inputs[0],
            _ => network.Output,
        };
    }

    // What depends on inputs' shapes alone carries no features.
    private static HashSet<string> ShapesOnly(Network network)
    {
        var shapes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in network.Nodes)
        {
            if (node is { Domain.Length: 0, Operator: "Shape" or "Size" } || Network.Uses(node).All(u => network.IsConstant(u) || shapes.Contains(u)))
            {
                shapes.UnionWith(node.Outputs);
            }
        }

        return shapes;
    }

    private static OnnxException Impossible(Network network, string found)
        => network.Bad($"no last layer can be replaced before the output {OnnxException.Quote(network.Output)}: {found}. Name the value that a new one is to read (features).");

    private static string Names(List<OnnxNode> passed)
    {
        const int most = 8;
        var names = passed.Select(n => n.Operator).Reverse().ToList();
        return names.Count == 0 ? "nothing" : string.Join(", ", names.Take(most)) + (names.Count > most ? $" and {names.Count - most} more" : "");
    }
}
