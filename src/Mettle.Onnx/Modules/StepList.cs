using Mettle.Nn;

namespace Mettle.Onnx;

/// <summary>The operators of a network as steps of a training pass.</summary>
internal sealed class StepList(OnnxModule module, Network network, Frame known, OnnxModuleSettings settings)
{
    private readonly Dictionary<string, Nn.Buffer> statistics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> uses = network.CountUses();
    private readonly HashSet<OnnxNode> taken = new(ReferenceEqualityComparer.Instance);
    private Dictionary<string, Parameter> parameters = new(StringComparer.Ordinal);

    /// <summary>Steps in order; what depends on neither inputs nor weights has none.</summary>
    public Step[] Compile(IReadOnlyList<(NetworkWeight Weight, Parameter Parameter)> weights)
    {
        parameters = weights.ToDictionary(w => w.Weight.Value, w => w.Parameter, StringComparer.Ordinal);
        var derived = new HashSet<string>(parameters.Keys, StringComparer.Ordinal);
        var at = new SortedDictionary<int, Step>();
        for (int i = 0; i < network.Nodes.Count; i++)
        {
            var node = network.Nodes[i];
            bool isConstant = node.Outputs.All(o => o.Length == 0 || network.IsConstant(o));
            if (taken.Contains(node) || node.Outputs.Any(parameters.ContainsKey) || (isConstant && !node.Inputs.Any(derived.Contains)))
            {
                continue;
            }

            if (isConstant)
            {
                derived.UnionWith(node.Outputs);
            }

            var (step, last) = StepOf(node, i);
            at[last] = step;
        }

        // Constants made of weights that were taken as weights themselves further on leave steps that nobody reads.
        var read = new HashSet<string>(StringComparer.Ordinal) { network.Output };
        var kept = new List<Step>();
        foreach (var step in at.Values.Reverse())
        {
            if (step.Makes.Any(read.Contains))
            {
                kept.Add(step);
                read.UnionWith(step.Reads);
            }
        }

        kept.Reverse();
        return [.. kept];
    }

    /// <summary>Puts the constants that steps read into <paramref name="frame"/>, to stay.</summary>
    public static void Keep(
        Network network, Frame known, Step[] steps, IReadOnlyList<(NetworkWeight Weight, Parameter Parameter)> weights, Frame frame)
    {
        var made = steps.SelectMany(s => s.Makes).Concat(weights.Select(w => w.Weight.Value)).ToHashSet(StringComparer.Ordinal);
        foreach (string name in steps.SelectMany(s => s.Reads).Append(network.Output).Distinct(StringComparer.Ordinal))
        {
            if (network.IsConstant(name) && !made.Contains(name) && known.Find(name) is { } value)
            {
                if (value is TensorValue t)
                {
                    t.Tensor.Persist();
                }

                frame.Put(name, value);
            }
        }
    }

    private (Step Step, int At) StepOf(OnnxNode node, int at)
    {
        var layer = node.Inputs.Select(i => module.LayerOf(RootOf(i))).FirstOrDefault(l => l is not null);
        if (node.Domain.Length == 0 && node.Operator == "Dropout" && Rate(node) is { } rate)
        {
            return (new DropoutStep(node, rate), at);
        }

        if (node.Domain.Length == 0 && node.Operator == "BatchNormalization" && IsNorm(node))
        {
            OnnxNode? sum = OnlyUse(node, "Add"), rectifier = OnlyUse(sum ?? node, "Relu");
            sum = sum is not null && sum.Inputs[0] != sum.Inputs[1] ? sum : null;
            foreach (var after in new[] { sum, rectifier }.OfType<OnnxNode>())
            {
                taken.Add(after);
                at = network.Nodes.IndexOf(after);
            }

            Parameter[] own = [.. node.Inputs.Skip(1).Take(2).Select(i => parameters.GetValueOrDefault(RootOf(i))).OfType<Parameter>()];
            return (new BatchNormStep(node, sum, rectifier, Statistic(node.Inputs[3], 0), Statistic(node.Inputs[4], 1), own, settings.FrozenStatistics) { Layer = layer }, at);
        }

        return (new OperatorStep(node) { Layer = layer }, at);
    }

    private string RootOf(string value)
    {
        while (!parameters.ContainsKey(value) && network.IsConstant(value) && network.Maker(value) is { Inputs: [var first, ..] })
        {
            value = first;
        }

        return value;
    }

    private OnnxNode? OnlyUse(OnnxNode node, string op)
    {
        string value = node.Outputs[0];
        if (uses[value] != 1)
        {
            return null;
        }

        var user = network.Nodes.Find(n => Network.Uses(n).Contains(value));
        return user is { Domain.Length: 0 } && user.Operator == op && !taken.Contains(user) ? user : null;
    }

    // A norm of channels by stored statistics, of which only the result is wanted.
    private bool IsNorm(OnnxNode node)
        => node.Outputs.Skip(1).All(o => o.Length == 0) && node.Inputs.Skip(1).All(network.IsConstant)
            && node.Attributes.GetValueOrDefault("spatial")?.Int is not 0 && node.Inputs.Count == 5;

    // The share dropped; null where it is not known beforehand, or where the mask is wanted.
    private double? Rate(OnnxNode node)
    {
        if (node.Outputs.Skip(1).Any(o => o.Length > 0))
        {
            return null;
        }

        if (network.Model.OpsetImports[""] < 12)
        {
            return node.Attributes.GetValueOrDefault("ratio")?.Float ?? 0.5f;
        }

        return node.Inputs.Count < 2 || node.Inputs[1].Length == 0 ? 0.5
            : network.IsConstant(node.Inputs[1]) && known.Find(node.Inputs[1]) is TensorValue { Tensor.Count: 1 } t ? t.Tensor.To(DType.F64).Reshape(new Shape()).Item()
            : null;
    }

    private Nn.Buffer Statistic(string name, double fresh)
    {
        if (!statistics.TryGetValue(name, out var buffer))
        {
            var value = ((TensorValue)known.Find(name)!).Tensor;
            statistics[name] = buffer = module.AddStatistic(
                name, settings.FreshWeights ? Tensor.Full(value.Shape, fresh).To(value.DType) : Tensor.FromBytes(value.ToBytes(), value.Shape, value.DType));
        }

        return buffer;
    }
}
