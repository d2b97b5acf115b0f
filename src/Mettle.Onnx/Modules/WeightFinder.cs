using Mettle.Nn;

namespace Mettle.Onnx;

/// <summary>
/// Tells weights from other constants by what uses them: operators with weights of their own (convolutions, products, recurrent
/// layers, norms, tables of embeddings), and additions and multiplications by vectors that come after such an operator.
/// </summary>
internal sealed class WeightFinder
{
    // Operators that pass the elements of their first input on.
    private static readonly HashSet<string> Movements = ["Identity", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Cast"];

    private readonly Network network;
    private readonly Frame constants;
    private readonly Dictionary<string, NetworkWeight> found = new(StringComparer.Ordinal);
    private readonly HashSet<string> learned = new(StringComparer.Ordinal);
    private int depth = -1;

    private WeightFinder(Network network, Frame constants) => (this.network, this.constants) = (network, constants);

    /// <summary>Weights in the order of their first use; a constant used twice is one weight.</summary>
    public static IReadOnlyList<NetworkWeight> Find(Network network, Frame constants)
    {
        var finder = new WeightFinder(network, constants);
        foreach (var node in network.Nodes)
        {
            finder.Look(node);
        }

        return [.. finder.found.Values];
    }

    /// <summary>Whether the node multiplies by weights: what counts as a layer.</summary>
    public static bool IsProduct(Network network, OnnxNode node) => node.Domain.Length == 0 && node.Operator switch
    {
        "Conv" or "ConvTranspose" or "LSTM" or "GRU" or "RNN" or "DeformConv" => node.Inputs.Skip(1).Take(2).All(network.IsConstant),
        "Gemm" or "MatMul" or "Einsum" => node.Inputs.Take(2).Count(network.IsConstant) == 1,
        _ => false,
    };

    private void Look(OnnxNode node)
    {
        if (node.Domain.Length > 0 || node.Outputs.All(o => o.Length == 0 || network.IsConstant(o)))
        {
            return;
        }

        depth += IsProduct(network, node) ? 1 : 0;
        switch (node.Operator)
        {
            case "Conv" or "ConvTranspose" or "DeformConv":
                long fan = Fan(node, 1, s => s.Count / s[0]);
                Take(node, 1, ParameterRole.Weight, Uniform.ForFan(fan));
                Take(node, node.Operator == "DeformConv" ? 3 : 2, ParameterRole.Bias, Uniform.ForFan(fan));
                break;
            case "Gemm":
                bool turned = node.Attributes.GetValueOrDefault("transB")?.Int is not (null or 0);
                fan = Fan(node, 1, s => s[turned ? 1 : 0]);
                Take(node, 0, ParameterRole.Weight, Uniform.ForFan(Fan(node, 0, s => s[0])));
                Take(node, 1, ParameterRole.Weight, Uniform.ForFan(fan));
                Take(node, 2, ParameterRole.Bias, Uniform.ForFan(fan));
                break;
            case "MatMul" or "Einsum":
                Take(node, 0, ParameterRole.Weight, Uniform.ForFan(Fan(node, 0, s => s.Rank == 0 ? 1 : s[^1])));
                Take(node, 1, ParameterRole.Weight, Uniform.ForFan(Fan(node, 1, s => s.Rank < 2 ? s.Count : s[^2])));
                break;
            case "LSTM" or "GRU" or "RNN":
                var rule = Uniform.ForFan(Fan(node, 2, s => s[^1]));
                Take(node, 1, ParameterRole.Weight, rule);
                Take(node, 2, ParameterRole.Weight, rule);
                Take(node, 3, ParameterRole.Bias, rule);
                Take(node, 7, ParameterRole.Weight, rule);
                break;
            case "BatchNormalization" or "InstanceNormalization" or "LayerNormalization" or "GroupNormalization":
                Take(node, 1, ParameterRole.Scale, Constant.One);
                Take(node, 2, ParameterRole.Bias, Constant.Zero);
                break;
            case "RMSNormalization" or "PRelu":
                Take(node, 1, ParameterRole.Scale, node.Operator == "PRelu" ? new Constant(0.25) : Constant.One);
                break;
            case "Gather" when Floats(node.Inputs[0]) is { Rank: 2 }:
                Take(node, 0, ParameterRole.Embedding, new Normal());
                break;
            case "Add" or "Mul":
                LookAtVector(node);
                break;
        }

        if (node.Inputs.Any(i => learned.Contains(i) || found.Values.Any(w => Reaches(i, w.Value))))
        {
            learned.UnionWith(node.Outputs.Where(o => o.Length > 0));
        }
    }

    // A constant beside what a layer gave: its bias or gain, but not a number (repeated or not), nor a grid that stands in the code.
    private void LookAtVector(OnnxNode node)
    {
        int i = network.IsConstant(node.Inputs[0]) ? 0 : 1;
        if (!network.IsConstant(node.Inputs[i]) || !learned.Contains(node.Inputs[1 - i]) || Floats(node.Inputs[i]) is not { } shape)
        {
            return;
        }

        bool after = node.Operator == "Add" && network.Maker(node.Inputs[1 - i]) is { } maker && IsProduct(network, maker);
        int axes = shape.Dims.ToArray().Count(d => d != 1);
        bool stored = Root(node.Inputs[i]) is var (root, _) && network.Initializers.ContainsKey(root);
        if ((after && shape.Rank > 0) || ((axes == 1 || (axes > 1 && stored)) && !IsUniform(node.Inputs[i])))
        {
            bool adds = node.Operator == "Add";
            Take(node, i, adds ? ParameterRole.Bias : ParameterRole.Scale, adds ? Constant.Zero : Constant.One);
        }
    }

    private void Take(OnnxNode node, int i, ParameterRole role, Initializer fresh)
    {
        if (i < node.Inputs.Count && node.Inputs[i].Length > 0 && network.IsConstant(node.Inputs[i]) && Floats(node.Inputs[i]) is { Count: > 0 })
        {
            var (value, name) = Root(node.Inputs[i]);
            found.TryAdd(value, new(value, name, role, fresh, Math.Max(0, depth)));
        }
    }

    private bool IsUniform(string name)
    {
        double[] values = ((TensorValue)constants.Find(name)!).Tensor.To(DType.F64).ToArray<double>();
        return Array.TrueForAll(values, v => v.Equals(values[0]));
    }

    private long Fan(OnnxNode node, int i, Func<Shape, long> of)
        => i < node.Inputs.Count && network.IsConstant(node.Inputs[i]) && Floats(node.Inputs[i]) is { Count: > 0 } shape ? of(shape) : 1;

    // Shape of a constant of floats.
    private Shape? Floats(string name) => network.IsConstant(name) && constants.Find(name) is TensorValue t && FloatTypes.Changes(t.Type) ? t.Tensor.Shape : null;

    // Back over operators that only move elements; where others stand between (a scale for integers), what they give is the weight.
    private (string Value, string Name) Root(string value)
    {
        if (network.Maker(value) is not { } maker)
        {
            return (value, value);
        }

        if (maker.Domain.Length == 0 && Movements.Contains(maker.Operator) && Floats(maker.Inputs[0]) is not null)
        {
            return Root(maker.Inputs[0]);
        }

        return (value, maker.Operator == "DequantizeLinear" && network.Initializers.ContainsKey(maker.Inputs[0]) ? maker.Inputs[0] : value);
    }

    private bool Reaches(string value, string root) => network.IsConstant(value) && Floats(value) is not null && Root(value).Value == root;
}
