namespace Mettle.Web.Drawing;

/// <summary>Gathers operations into boxes.</summary>
internal static class Folding
{
    private const int MostSteps = 48;

    /// <summary>Every operation a box of its own.</summary>
    public static List<List<Step>> None(Sketch sketch) => [.. sketch.Steps.Select(s => new List<Step> { s })];

    /// <summary>
    /// Light operations (elementwise, reshaping, normalization) go into the box before them where nothing else reads from it, and meshes
    /// of them with one way in and one way out become one box.
    /// </summary>
    public static List<List<Step>> Chains(Sketch sketch)
    {
        var groups = Meshes(sketch, None(sketch));
        var makers = Makers(groups);
        var readers = Readers(sketch, groups);
        int[] into = [.. Enumerable.Range(0, groups.Count)];
        for (int g = 0; g < groups.Count; g++)
        {
            int[] sources = [.. Sources(groups[g], makers).Select(s => s < 0 ? s : into[s]).Distinct()];
            if (sources is [>= 0 and var source] && readers[source] is [var only] && only == g && Joins(groups[source], groups[g]))
            {
                groups[source] = [.. groups[source], .. groups[g]];
                readers[source] = readers[g];
                into[g] = source;
                groups[g] = [];
            }
        }

        return Sorted(groups.FindAll(g => g.Count > 0));
    }

    private static bool IsLight(List<Step> group) => group.TrueForAll(s => Families.IsLight(s.Family) && s.Bodies.Count == 0);

    private static bool Joins(List<Step> first, List<Step> second)
        => first.Count + second.Count <= MostSteps && first.TrueForAll(s => s.Bodies.Count == 0)
            && (IsLight(second) || (second.TrueForAll(s => s.Bodies.Count == 0) && first.TrueForAll(s => s.Family is Family.Movement or Family.Conversion)));

    // What lies between a box that every way leads through and the next such box.
    private static List<List<Step>> Meshes(Sketch sketch, List<List<Step>> groups)
    {
        var makers = Makers(groups);
        var readers = Readers(sketch, groups);
        var merged = new int[groups.Count];
        Array.Fill(merged, -1);
        for (int start = 0; start < groups.Count; start++)
        {
            if (merged[start] >= 0 || readers[start].Count < 2 || readers[start].Contains(-1))
                continue;
            if (Mesh(groups, makers, readers, start) is not { } mesh || mesh.Exists(m => merged[m] >= 0))
                continue;
            int into = IsLight(groups[start]) ? start : mesh[0];
            foreach (int m in mesh)
                merged[m] = into;
            merged[into] = into;
        }

        var result = new Dictionary<int, List<Step>>();
        for (int g = 0; g < groups.Count; g++)
        {
            int key = merged[g] >= 0 ? merged[g] : g;
            if (!result.TryGetValue(key, out var list))
                result[key] = list = [];
            list.AddRange(groups[g]);
        }

        return Sorted([.. result.Values]);
    }

    // Grows from the readers of a box, in order, until a single one is left to go on from.
    private static List<int>? Mesh(List<List<Step>> groups, Dictionary<string, int> makers, List<List<int>> readers, int start)
    {
        var inside = new SortedSet<int>();
        var edge = new SortedSet<int>(readers[start]);
        while (edge.Count > 0 && inside.Count < MostSteps)
        {
            int next = edge.Min;
            edge.Remove(next);
            if (next < 0 || !IsLightOrReduces(groups[next]) || !Sources(groups[next], makers).All(s => s == start || inside.Contains(s)))
                return null;
            inside.Add(next);
            if (edge.Count == 0)
                return inside.Count > 1 && Leaves(inside, readers) ? [.. inside] : null;
            edge.UnionWith(readers[next]);
        }

        return null;
    }

    private static bool Leaves(SortedSet<int> inside, List<List<int>> readers) => inside.Count(i => readers[i].Exists(r => !inside.Contains(r))) == 1;

    private static bool IsLightOrReduces(List<Step> group) => group.TrueForAll(s => (Families.IsLight(s.Family) || s.Operation.StartsWith("Reduce", StringComparison.Ordinal) || s.Operation is "sum" or "max" or "min") && s.Bodies.Count == 0);

    private static Dictionary<string, int> Makers(List<List<Step>> groups)
    {
        var makers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int g = 0; g < groups.Count; g++)
        {
            foreach (string output in groups[g].SelectMany(s => s.Outputs))
                makers[output] = g;
        }

        return makers;
    }

    // -1: an input of the graph.
    private static IEnumerable<int> Sources(List<Step> group, Dictionary<string, int> makers)
    {
        var own = group.SelectMany(s => s.Outputs).ToHashSet(StringComparer.Ordinal);
        return group.SelectMany(s => s.Inputs).Where(i => !own.Contains(i)).Select(i => makers.GetValueOrDefault(i, -1));
    }

    // -1: the graph returns it.
    private static List<List<int>> Readers(Sketch sketch, List<List<Step>> groups)
    {
        var makers = Makers(groups);
        var readers = groups.ConvertAll(_ => new List<int>());
        for (int g = 0; g < groups.Count; g++)
        {
            foreach (int source in Sources(groups[g], makers).Distinct().Where(s => s >= 0 && s != g))
                readers[source].Add(g);
        }

        foreach (string output in sketch.Outputs)
        {
            if (makers.TryGetValue(output, out int g))
                readers[g].Add(-1);
        }

        return readers;
    }

    private static List<List<Step>> Sorted(List<List<Step>> groups)
    {
        var makers = Makers(groups);
        var done = new bool[groups.Count];
        var sorted = new List<List<Step>>(groups.Count);
        for (int g = 0; g < groups.Count; g++)
            Visit(g);
        return sorted;

        void Visit(int g)
        {
            if (done[g])
                return;
            done[g] = true;
            foreach (int source in Sources(groups[g], makers).Where(s => s >= 0))
                Visit(source);
            sorted.Add(groups[g]);
        }
    }
}
