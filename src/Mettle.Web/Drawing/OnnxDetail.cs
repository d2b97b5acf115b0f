using System.Globalization;
using Mettle.Onnx;

namespace Mettle.Web.Drawing;

/// <summary>The attributes of a node that a reader wants to see, in few words.</summary>
internal static class OnnxDetail
{
    private const int MostNumbers = 8;

    /// <summary>For a box; <paramref name="constants"/> are the node's constant inputs by their place.</summary>
    public static string Of(OnnxNode node, IReadOnlyList<(int Index, TensorValue Tensor)> constants)
    {
        var parts = new List<string>();
        if (Ints(node, "kernel_shape") is { Count: > 0 } kernel)
            parts.Add(string.Join('×', kernel.Select(N)));
        else if (node.Operator.Contains("Conv", StringComparison.Ordinal) && constants.FirstOrDefault(c => c.Index == 1).Tensor is { Tensor.Rank: > 2 } filter)
            parts.Add(string.Join('×', filter.Tensor.Shape.Dims[2..].ToArray().Select(d => N(d))));
        Window(node, "strides", "stride", parts);
        Window(node, "dilations", "dilation", parts);
        if (Ints(node, "pads") is { Count: > 0 } pads && pads.Any(p => p != 0))
            parts.Add($"pad {Same(pads)}");
        else if (node.Attributes.GetValueOrDefault("auto_pad")?.Text is { } auto && auto.StartsWith("SAME", StringComparison.Ordinal))
            parts.Add("same size");
        if (node.Attributes.GetValueOrDefault("group")?.Int is > 1 and var groups)
            parts.Add(constants.FirstOrDefault(c => c.Index == 1).Tensor is { Tensor.Rank: > 2 } w && w.Tensor.Shape[1] == 1 ? "each channel" : $"{N(groups)} groups");
        if (node.Attributes.GetValueOrDefault("hidden_size")?.Int is { } hidden)
            parts.Add($"{N(hidden)} units");
        if (node.Attributes.GetValueOrDefault("direction")?.Text is { } direction && direction != "forward")
            parts.Add(direction);
        if (node.Attributes.GetValueOrDefault("mode")?.Text is { } mode && node.Operator is "Resize" or "Upsample" or "Pad" && mode != "constant")
            parts.Add(mode);
        if (Ints(node, "perm") is { } perm)
            parts.Add(string.Join(' ', perm.Select(N)));
        if (node.Attributes.GetValueOrDefault("axis")?.Int is { } axis && node.Operator is "Concat" or "Softmax" or "LogSoftmax" or "Gather" or "Split" or "ArgMax" or "ArgMin")
            parts.Add($"axis {N(axis)}");
        if (Axes(node, constants) is { Length: > 0 } axes && node.Operator.StartsWith("Reduce", StringComparison.Ordinal))
            parts.Add($"axes {axes}");
        if (Families.Of(node.Operator) is Family.Arithmetic && constants is [(_, { Tensor.Count: 1 } scalar)] && scalar.Type.Storage().IsComputing())
            parts.Add(scalar.Tensor.To(DType.F64).Reshape(new Shape()).Item().ToString("G4", CultureInfo.InvariantCulture));
        return string.Join(", ", parts);
    }

    /// <summary>An attribute's value, shortened.</summary>
    public static string Text(OnnxAttribute a)
        => a.Int is { } i ? N(i)
            : a.Float is { } f ? f.ToString("G6", CultureInfo.InvariantCulture)
            : a.Text is { } text ? text.Length > 60 ? text[..60] + "…" : text
            : a.Ints is { } ints ? List(ints.Count, ints.Take(MostNumbers).Select(N))
            : a.Floats is { } floats ? List(floats.Count, floats.Take(MostNumbers).Select(x => x.ToString("G4", CultureInfo.InvariantCulture)))
            : a.Texts is { } texts ? List(texts.Count, texts.Take(MostNumbers))
            : a.Value is { } value ? value.Describe()
            : a.Graph is { } graph ? $"{graph.Nodes.Count} nodes"
            : a.Reference is { } reference ? $"as the caller's {reference}"
            : a.Type?.ToString() ?? "";

    private static string Axes(OnnxNode node, IReadOnlyList<(int Index, TensorValue Tensor)> constants)
        => Ints(node, "axes") is { } own ? string.Join(' ', own.Select(N))
            : constants.FirstOrDefault(c => c.Index == 1).Tensor is { Type: ElementType.I64 } given && given.Tensor.Count <= MostNumbers ? string.Join(' ', given.Tensor.ToArray<long>().Select(N)) : "";

    private static void Window(OnnxNode node, string attribute, string word, List<string> parts)
    {
        if (Ints(node, attribute) is { Count: > 0 } values && values.Any(v => v != 1))
            parts.Add($"{word} {Same(values)}");
    }

    private static string Same(IReadOnlyList<long> values) => values.Distinct().Count() == 1 ? N(values[0]) : string.Join(' ', values.Select(N));

    private static string List(int count, IEnumerable<string> shown) => $"[{string.Join(", ", shown)}{(count > MostNumbers ? $", … {N(count)} in all" : "")}]";

    private static IReadOnlyList<long>? Ints(OnnxNode node, string name) => node.Attributes.GetValueOrDefault(name)?.Ints;

    private static string N(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string N(int value) => value.ToString(CultureInfo.InvariantCulture);
}
