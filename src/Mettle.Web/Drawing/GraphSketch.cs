using System.Globalization;
using Mettle.Graphs;

namespace Mettle.Web.Drawing;

/// <summary>A traced graph as a sketch: constants go into the ops that read them, under the names of parameters where those are known.</summary>
internal static class GraphSketch
{
    public static Sketch Of(Graph graph, IReadOnlyDictionary<Tensor, string>? parameters)
    {
        var keys = new Dictionary<Value, string>();
        var (names, types) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        var steps = graph.Nodes.Select(node => new Step(
            node.Op.Name, Families.Of(node.Op.Name), [.. node.Inputs.Where(v => v.Constant is null).Select(Key).Distinct(StringComparer.Ordinal)], [.. node.Outputs.Select(Key)])
        {
            Detail = Detail(node),
            Parameters = string.Join(" + ", node.Inputs.Where(v => v.Constant is { Rank: > 0, Count: > 1 }).Take(2).Select(v => $"{Name(v)} {TypeText.Of(v.Spec)}".Trim())),
            Facts =
            [
                node.Op.Name,
                .. node.Op.Attributes.Select(a => a.ToString()),
                .. node.Inputs.Where(v => v.Constant is not null).Select(v => $"constant {Name(v)} {v.Spec}".Replace("  ", " ", StringComparison.Ordinal)),
                .. node.Outputs.Select(v => $"result {v.Spec}"),
                string.Create(CultureInfo.InvariantCulture, $"{node.Cost.Flops:N0} FLOPs"),
            ],
            Flops = node.Cost.Flops,
        }).ToList();
        return new([.. graph.Inputs.Select(Key)], steps, [.. graph.Outputs.Select(Key)], types) { Names = names };

        string Key(Value value)
        {
            if (!keys.TryGetValue(value, out string? key))
            {
                keys[value] = key = keys.Count.ToString(CultureInfo.InvariantCulture);
                types[key] = TypeText.Of(value.Spec);
                names[key] = value.Name.Length > 0 ? value.Name : $"value {key}";
            }

            return key;
        }

        string Name(Value value) => value.Constant is { } t && parameters?.TryGetValue(t, out string? known) is true ? known : value.Name;
    }

    // Lists of numbers all alike are one number; what is off or zero is left out.
    private static string Detail(GraphNode node) => string.Join(", ", node.Op.Attributes.Select(a => a.ToString()).Where(t => t.Length <= 40 && !t.EndsWith(" false", StringComparison.Ordinal) && !t.EndsWith(" 0", StringComparison.Ordinal)));
}
