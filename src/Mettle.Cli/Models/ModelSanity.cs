using System.Globalization;
using System.Security.Cryptography;
using Mettle.Challenges;
using Mettle.Onnx;

namespace Mettle.Cli.Models;

/// <summary>Looks at a model's file for what is wrong in itself, whatever data it will see.</summary>
internal static class ModelSanity
{
    /// <summary>Operators whose second input is a matrix or a bank of filters.</summary>
    private static readonly string[] Weighted = ["Conv", "ConvTranspose", "Gemm", "MatMul"];

    private static readonly Dictionary<string, (int Since, string Instead)> Deprecated = new(StringComparer.Ordinal)
    {
        ["Upsample"] = (10, "Resize"),
        ["Scatter"] = (11, "ScatterElements"),
    };

    /// <summary>All findings, problems first.</summary>
    public static IReadOnlyList<ModelFinding> Look(OnnxModel model)
    {
        var found = new List<ModelFinding>();
        Weights(model, found);
        Units(model, found);
        Variances(model, found);
        Flow(model, found);
        Softmaxes(model, found);
        Dimensions(model, found);
        Versions(model, found);
        return [.. found.OrderByDescending(f => f.Severity)];
    }

    private static void Weights(OnnxModel model, List<ModelFinding> found)
    {
        const double smallestNormal = 1.17549435e-38, largestHalf = 65504;
        List<string> broken = [], denormal = [], large = [];
        var sizes = new Dictionary<string, List<(string Name, long Bytes)>>(StringComparer.Ordinal);
        foreach (var (name, tensor) in Tensors(model))
        {
            if (tensor.Tensor.Spec.Bytes >= 4096)
            {
                string hash = $"{tensor.Tensor.Spec}{Convert.ToHexString(SHA256.HashData(tensor.Tensor.ToBytes()))}";
                if (!sizes.TryGetValue(hash, out var same)) sizes[hash] = same = [];
                same.Add((name, tensor.Tensor.Spec.Bytes));
            }

            if (!tensor.Type.IsFloat()) continue;
            int notFinite = 0, tiny = 0, beyond = 0;
            double[] values = tensor.Tensor.To(DType.F64).ToArray<double>();
            foreach (double x in values)
            {
                double size = Math.Abs(x);
                if (!double.IsFinite(x)) notFinite++;
                else if (size > largestHalf) beyond++;
                else if (size > 0 && size < smallestNormal) tiny++;
            }

            string Share(int n) => $"{name} ({n} of {values.Length})";
            // Masks of attention are made of infinities; a whole tensor of one value is such a constant.
            if (notFinite > 0 && (Array.Exists(values, double.IsNaN) || values.Length > 1)) broken.Add(Share(notFinite));
            if (tiny > 0 && tensor.Type == ElementType.F32) denormal.Add(Share(tiny));
            if (beyond > 0 && tensor.Type != ElementType.F16) large.Add(Share(beyond));
        }

        Add(found, "non-finite-weights", Severity.Problem, "hold NaN or infinity", broken, "Train again with a smaller learning rate or clipped gradients, or find where the export broke them.");
        Add(found, "denormal-weights", Severity.Notice, "hold denormal numbers, which some processors are slow with", denormal, "Set numbers below 1e-38 to zero; they add nothing.");
        Add(found, "range-of-f16", Severity.Notice, "hold numbers that f16 makes infinite (above 65504)", large, "Keep them in f32 where the model is converted to f16.");
        foreach (var same in sizes.Values.Where(s => s.Count > 1))
            Add(found, "repeated-weights", Severity.Notice, $"are equal: {same[0].Bytes * (same.Count - 1):N0} bytes too many", [.. same.Select(s => s.Name)], "Let all nodes use one of them.");
    }

    // A unit whose weights are all zero gives its bias whatever it sees.
    private static void Units(OnnxModel model, List<ModelFinding> found)
    {
        var tensors = Tensors(model).ToLookup(t => t.Name, t => t.Value, StringComparer.Ordinal);
        var dead = new List<string>();
        foreach (OnnxNode node in model.Graph.Nodes.Where(n => n.Domain.Length == 0 && Weighted.Contains(n.Operator, StringComparer.Ordinal) && n.Inputs.Count > 1))
        {
            if (tensors[node.Inputs[1]].FirstOrDefault() is not { } weight || !weight.Type.IsFloat() || weight.Tensor.Rank < 2 || weight.Tensor.Count == 0) continue;
            Shape shape = weight.Tensor.Shape;
            bool turned = node.Operator == "Gemm" && node.Attributes.TryGetValue("transB", out var t) && t.Int == 1;
            int axis = node.Operator == "Conv" || turned ? 0 : node.Operator is "ConvTranspose" or "Gemm" ? 1 : shape.Rank - 1;
            if (node.Operator == "MatMul" && shape.Rank != 2) continue;
            double[] values = weight.Tensor.To(DType.F64).ToArray<double>();
            int inner = 1;
            for (int i = axis + 1; i < shape.Rank; i++) inner *= shape[i];
            bool[] alive = new bool[shape[axis]];
            for (int i = 0; i < values.Length; i++) alive[i / inner % shape[axis]] |= values[i] != 0;
            int zero = alive.Count(a => !a);
            if (zero > 0) dead.Add($"{node.Label}: {zero} of {alive.Length}");
        }

        Add(found, "zero-filters", Severity.Notice, "have units or filters whose weights are all zero", dead, "They give the same for every input: prune them.");
    }

    private static void Variances(OnnxModel model, List<ModelFinding> found)
    {
        var tensors = Tensors(model).ToLookup(t => t.Name, t => t.Value, StringComparer.Ordinal);
        List<string> negative = [];
        foreach (OnnxNode node in ModelStructure.Nodes(model).Where(n => n.Domain.Length == 0 && n.Operator == "BatchNormalization" && n.Inputs.Count > 4))
        {
            if (tensors[node.Inputs[4]].FirstOrDefault() is { } variance && Array.Exists(variance.Tensor.To(DType.F64).ToArray<double>(), v => v < 0)) negative.Add(node.Label);
        }

        Add(found, "negative-variance", Severity.Problem, "have a negative variance", negative, "The statistics are damaged: export the model again.");
    }

    private static void Flow(OnnxModel model, List<ModelFinding> found)
    {
        OnnxGraph graph = model.Graph;
        var reached = graph.Required.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var random = new HashSet<string>(["RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Bernoulli", "Multinomial"], StringComparer.Ordinal);
        foreach (OnnxNode node in graph.Nodes)
        {
            // The size of an input says nothing of its values.
            if (node.Operator is "Shape" or "Size" && node.Domain.Length == 0) continue;
            if (random.Contains(node.Operator) || Uses(node).Any(reached.Contains)) reached.UnionWith(node.Outputs.Where(o => o.Length > 0));
        }

        if (graph.Required.Any())
            Add(found, "constant-outputs", Severity.Problem, "do not depend on any input", [.. graph.Outputs.Select(o => o.Name).Where(o => !reached.Contains(o))], "Look at what makes them; an export may have frozen a value.");

        var needed = graph.Outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        int idle = 0;
        foreach (OnnxNode node in graph.Nodes.Reverse())
        {
            if (node.Outputs.Any(needed.Contains)) needed.UnionWith(Uses(node));
            else idle++;
        }

        Add(found, "unused-inputs", Severity.Notice, "are not used by any output", [.. graph.Required.Select(p => p.Name).Where(p => !needed.Contains(p))], "Leave them out when exporting.");
        Add(found, "unused-weights", Severity.Notice, "are used by nothing that leads to an output", [.. graph.Initializers.Keys.Where(i => !needed.Contains(i))], "Leave them out: they only cost space.");
        if (idle > 0) Add(found, "unused-nodes", Severity.Notice, "lead to no output", [$"{idle} nodes"], "Simplify the model; Mettle leaves them out by itself.");
    }

    private static void Softmaxes(OnnxModel model, List<ModelFinding> found)
    {
        var makers = model.Graph.Nodes.SelectMany(n => n.Outputs.Where(o => o.Length > 0).Select(o => (o, n))).ToDictionary(p => p.o, p => p.n, StringComparer.Ordinal);
        List<string> twice = [];
        foreach (OnnxNode node in model.Graph.Nodes.Where(n => n.Operator is "Softmax" or "LogSoftmax" && n.Domain.Length == 0 && n.Inputs.Count > 0))
        {
            string input = node.Inputs[0];
            while (makers.TryGetValue(input, out OnnxNode? maker) && maker.Operator is "Identity" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Dropout" or "Cast" && maker.Inputs.Count > 0) input = maker.Inputs[0];
            if (makers.TryGetValue(input, out OnnxNode? before) && before.Operator == "Softmax") twice.Add($"{before.Label} and {node.Label}");
        }

        Add(found, "softmax-twice", Severity.Problem, "are one softmax after another, which flattens probabilities", twice, "Take one of them out; the loss may have had its own.");
    }

    private static void Dimensions(OnnxModel model, List<ModelFinding> found)
    {
        string[] unnamed = [.. model.Graph.Required.Where(p => p.Type is { Kind: OnnxKind.Tensor } t && (t.Dims is null || t.Dims.Contains(null))).Select(p => $"{p.Name}: {p.Type}")];
        Add(found, "unnamed-dimensions", Severity.Notice, "have dimensions without size or name", unnamed, "Name them when exporting, so that readers know which belong together.");
    }

    private static void Versions(OnnxModel model, List<ModelFinding> found)
    {
        const int oldest = 7;
        if (model.OpsetImports.TryGetValue("", out int version) && version < oldest)
            Add(found, "old-operators", Severity.Notice, $"is the operator set, of 2017; readers need support from {oldest} on only", [version.ToString(CultureInfo.InvariantCulture)], "Export the model anew, or convert it with onnx.version_converter.");
        var old = model.Graph.Nodes.Where(n => n.Domain.Length == 0 && Deprecated.TryGetValue(n.Operator, out var d) && version >= d.Since).Select(n => n.Operator).Distinct(StringComparer.Ordinal);
        foreach (string name in old)
            Add(found, "deprecated-operators", Severity.Notice, $"is deprecated since operator set {Deprecated[name].Since}", [name], $"Export the model anew: {Deprecated[name].Instead} took its place.");
    }

    private static IEnumerable<(string Name, TensorValue Value)> Tensors(OnnxModel model)
        => ModelStructure.Graphs(model.Graph).SelectMany(g => g.Initializers.Where(i => i.Value is TensorValue).Select(i => (i.Key, (TensorValue)i.Value))
            .Concat(g.Nodes.Where(n => n.Operator == "Constant" && n.Attributes.TryGetValue("value", out var v) && v.Value is TensorValue).Select(n => (n.Outputs[0], (TensorValue)n.Attributes["value"].Value!))));

    // What a body takes from around it is used by its node.
    private static IEnumerable<string> Uses(OnnxNode node)
        => node.Inputs.Where(i => i.Length > 0).Concat(node.Attributes.Values.Select(a => a.Graph).OfType<OnnxGraph>().SelectMany(g => g.Nodes.SelectMany(Uses).Concat(g.Outputs.Select(o => o.Name))));

    private static void Add(List<ModelFinding> found, string check, Severity severity, string what, IReadOnlyList<string> places, string mend)
    {
        if (places.Count == 0) return;
        const int shown = 4;
        string more = places.Count > shown ? $" and {places.Count - shown} more" : "";
        found.Add(new ModelFinding(check, severity, $"{string.Join(", ", places.Take(shown))}{more} {what}", places, mend));
    }
}
