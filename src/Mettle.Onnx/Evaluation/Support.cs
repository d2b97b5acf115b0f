namespace Mettle.Onnx;

/// <summary>Finds what a model uses and Mettle does not have: all of it at once, before anything runs.</summary>
internal static class Support
{
    private const int MostNamed = 20;
    private const int DeepestCalls = 500;

    /// <summary>All of it.</summary>
    public static List<OnnxGap> Gaps(OnnxModel model)
    {
        var found = new List<OnnxGap>();
        Look(model, model.Graph.Nodes, model.OpsetImports, "graph", found);
        foreach (var f in model.Functions)
        {
            Look(model, f.Nodes, f.Opsets, $"function {f.Name}", found);
        }

        return found;
    }

    /// <summary>Throws <see cref="OnnxException"/> with a list if there is anything.</summary>
    public static void Check(OnnxModel model)
    {
        var found = model.Gaps;
        if (found.Count > 0)
        {
            string more = found.Count > MostNamed ? $"\n  and {found.Count - MostNamed} more" : "";
            throw new OnnxException(
                model.Source, $"{found.Count} {(found.Count == 1 ? "part is" : "parts are")} not supported:\n  {string.Join("\n  ", found.Take(MostNamed))}{more}");
        }

        var followed = new HashSet<OnnxFunction>(ReferenceEqualityComparer.Instance);
        foreach (var f in model.Functions)
        {
            Follow(model, f, [], followed);
        }
    }

    /// <summary>The function of the file that a node calls, or null.</summary>
    public static OnnxFunction? Function(OnnxModel model, OnnxNode node)
        => model.Functions.FirstOrDefault(f => f.Domain == node.Domain && f.Name == node.Operator && (f.Overload == node.Overload || node.Overload.Length == 0));

    private static void Look(OnnxModel model, IReadOnlyList<OnnxNode> nodes, IReadOnlyDictionary<string, int> opsets, string place, List<OnnxGap> found)
    {
        foreach (var node in nodes)
        {
            if (Function(model, node) is null)
            {
                string domain = node.Domain.Length == 0 ? "ai.onnx" : node.Domain;
                if (!opsets.TryGetValue(node.Domain, out int version))
                {
                    found.Add(new(place, node.Label, node.Operator, domain, null, $"the file does not say which version of the operators {domain} it uses"));
                }
                else if (node.Domain.Length == 0 && version > OnnxModel.NewestOpset)
                {
                    found.Add(new(place, node.Label, node.Operator, domain, version, $"operator set {version} is newer than {OnnxModel.NewestOpset}"));
                }
                else if (OperatorTable.Find(node.Domain, node.Operator) is null)
                {
                    found.Add(new(place, node.Label, node.Operator, domain, version, $"no operator {OnnxException.Quote(node.Operator)} (domain {domain}, version {version})"));
                }
            }

            foreach (var attribute in node.Attributes.Values)
            {
                if (attribute.Graph is { } body)
                {
                    Look(model, body.Nodes, opsets, place, found);
                }
            }
        }
    }

    // Functions may call functions, but not themselves.
    private static void Follow(OnnxModel model, OnnxFunction function, List<OnnxFunction> callers, HashSet<OnnxFunction> followed)
    {
        if (callers.Exists(c => ReferenceEquals(c, function)))
        {
            throw new OnnxException(model.Source, $"the function {OnnxException.Quote(function.Name)} calls itself, directly or through others.");
        }

        if (callers.Count >= DeepestCalls)
        {
            throw new OnnxException(model.Source, $"its functions call each other more than {DeepestCalls} deep.");
        }

        if (!followed.Add(function))
        {
            return;
        }

        callers.Add(function);
        foreach (var called in Nodes(function.Nodes).Select(n => Function(model, n)).OfType<OnnxFunction>().Distinct())
        {
            Follow(model, called, callers, followed);
        }

        callers.RemoveAt(callers.Count - 1);
    }

    private static IEnumerable<OnnxNode> Nodes(IReadOnlyList<OnnxNode> nodes)
        => nodes.Concat(nodes.SelectMany(n => n.Attributes.Values).Select(a => a.Graph).OfType<OnnxGraph>().SelectMany(g => Nodes(g.Nodes)));
}
