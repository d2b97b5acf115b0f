namespace Mettle.Onnx;

/// <summary>
/// Trees as tables over their nodes, walked by all rows and trees at once: as many rounds of look-ups as the deepest tree has
/// levels, leaves leading to themselves. So a forest is a plain graph of tensor operations (Nakandala et al., "A tensor compiler for
/// unified machine learning prediction serving", OSDI 2020, tree traversal).
/// </summary>
internal sealed class TreeTables
{
    private const long MostVotes = 1 << 26;

    private readonly int depth;
    private readonly int targets;
    private readonly int mostFeature;
    private readonly TreeMode[] modes;
    private readonly Tensor roots;
    private readonly Tensor features;
    private readonly Tensor splits;
    private readonly Tensor narrowSplits;
    private readonly Tensor next;
    private readonly Tensor mode;
    private readonly Tensor? missingIsYes;
    private readonly Tensor? setRows;
    private readonly Tensor? sets;
    private readonly Tensor leafRows;
    private readonly Tensor voteWeights;
    private readonly Tensor? voteTargets;

    public TreeTables(Call c, TreeNodes nodes, int targets)
    {
        this.targets = targets;
        int count = nodes.Modes.Length;
        depth = nodes.Depth();
        int[] inner = [.. Enumerable.Range(0, count).Where(i => nodes.Modes[i] != TreeMode.Leaf)];
        modes = [.. inner.Select(i => nodes.Modes[i]).Distinct().Order()];
        mostFeature = inner.Length == 0 ? -1 : inner.Max(i => nodes.Features[i]);
        roots = Longs(nodes.Roots);
        features = Longs(nodes.Features.Select((f, i) => nodes.Modes[i] == TreeMode.Leaf ? 0 : f));
        splits = Tensor.From(nodes.Splits).Persist();
        narrowSplits = Tensor.From(Array.ConvertAll(nodes.Splits, s => (float)s)).Persist();
        next = Longs(Enumerable.Range(0, count).SelectMany(i => new[] { nodes.No[i], nodes.Yes[i] }));
        mode = Longs(nodes.Modes.Select(m => (int)m));
        missingIsYes = nodes.MissingIsYes.Contains(true) ? Tensor.From(nodes.MissingIsYes).Persist() : null;
        if (nodes.Sets.Count > 0)
        {
            int[] rows = new int[count];
            int width = Math.Max(1, nodes.Sets.Values.Max(s => s.Length)), row = 0;
            var shape = Shapes.Dims(c, [nodes.Sets.Count, width]);
            double[] members = new double[shape.Count];
            Array.Fill(members, double.NaN);
            foreach (var (node, set) in nodes.Sets)
            {
                rows[node] = row;
                set.CopyTo(members.AsSpan(row++ * width));
            }

            setRows = Longs(rows);
            sets = Tensor.From(members, shape).Persist();
        }

        (leafRows, voteTargets, voteWeights) = Votes(c, nodes);
    }

    /// <summary>Number of trees.</summary>
    public int Count => (int)roots.Count;

    /// <summary>Sums of the votes of the leaves that rows [N, C] end in: [N, targets].</summary>
    public Tensor Sum(Call c, Tensor x)
    {
        var (weights, places) = Cast(c, x);
        if (places is null)
        {
            return weights.Sum(1);
        }

        var flat = new Shape([x.Shape[0], (int)(weights.Count / Math.Max(1, x.Shape[0]))]);
        return weights.Reshape(flat).ScatterAdd(1, places.Reshape(flat), targets);
    }

    /// <summary>Largest (or smallest) vote for each target, 0 where there is none: [N, targets].</summary>
    public Tensor Extreme(Call c, Tensor x, bool largest)
    {
        var (weights, places) = Cast(c, x);
        double none = largest ? double.NegativeInfinity : double.PositiveInfinity;
        if (places is not null)
        {
            // [N, trees, votes, targets]: every vote under its own target only.
            Shapes.Dims(c, [.. weights.Shape.Dims.ToArray(), targets]);
            weights = Tensor.Where(places.Unsqueeze(-1).EqualTo(Tensor.Arange(targets)), weights.Unsqueeze(-1), none);
            weights = weights.Reshape(new Shape([x.Shape[0], weights.Shape[1] * weights.Shape[2], targets]));
        }

        var y = largest ? weights.Max(1) : weights.Min(1);
        return Tensor.Where(y.EqualTo(none), 0, y);
    }

    private static Tensor Longs(IEnumerable<int> values) => Tensor.From([.. values.Select(v => (long)v)]).Persist();

    // Votes of the leaves that rows end in, [N, trees, votes], and for whom; null: one for each target, in order.
    private (Tensor Weights, Tensor? Targets) Cast(Call c, Tensor x)
    {
        if (mostFeature >= x.Shape[1] || Count == 0)
        {
            throw c.Bad(Count == 0 ? "it has no trees." : $"it looks at feature {mostFeature}; rows {x.Shape} do not have it.");
        }

        var at = roots.Unsqueeze(0).Broadcast(new Shape([x.Shape[0], Count]));
        for (int level = 0; level < depth; level++)
        {
            var value = x.Gather(1, features.IndexSelect(0, at));
            var yes = Holds(value, at);
            if (missingIsYes is not null)
            {
                yes |= missingIsYes.IndexSelect(0, at) & !value.EqualTo(value);
            }

            at = next.IndexSelect(0, (at * 2) + yes.To(DType.I64));
        }

        var leaf = leafRows.IndexSelect(0, at);
        return (voteWeights.To(x.DType).IndexSelect(0, leaf), voteTargets?.IndexSelect(0, leaf));
    }

    private Tensor Holds(Tensor value, Tensor at)
    {
        var split = (value.DType == DType.F64 ? splits : narrowSplits).IndexSelect(0, at);
        if (modes.Length == 1)
        {
            return Compare(modes[0], value, split, at);
        }

        var own = mode.IndexSelect(0, at);
        Tensor? any = null;
        foreach (var m in modes)
        {
            var holds = Compare(m, value, split, at) & own.EqualTo((double)(int)m);
            any = any is null ? holds : any | holds;
        }

        return any!;
    }

    private Tensor Compare(TreeMode mode, Tensor value, Tensor split, Tensor at) => mode switch
    {
        TreeMode.LessEqual => value <= split,
        TreeMode.Less => value < split,
        TreeMode.GreaterEqual => value >= split,
        TreeMode.Greater => value > split,
        TreeMode.Equal => value.EqualTo(split),
        TreeMode.NotEqual => !value.EqualTo(split),
        _ => value.Unsqueeze(-1).EqualTo(sets!.To(value.DType).IndexSelect(0, setRows!.IndexSelect(0, at))).Any(-1),
    };

    // A row of votes for each leaf, as wide as the most that one has.
    private (Tensor Rows, Tensor? Targets, Tensor Weights) Votes(Call c, TreeNodes nodes)
    {
        if (nodes.Votes.FirstOrDefault(v => v.Target < 0 || v.Target >= targets) is { Target: not 0 } stray)
        {
            throw c.Bad($"a leaf votes for target {stray.Target} of {targets}.");
        }

        int[] leaves = [.. Enumerable.Range(0, nodes.Modes.Length).Where(i => nodes.Modes[i] == TreeMode.Leaf)];
        int[] rows = new int[nodes.Modes.Length];
        for (int i = 0; i < leaves.Length; i++)
        {
            rows[leaves[i]] = i;
        }

        var byLeaf = nodes.Votes.Where(v => nodes.Modes[v.Node] == TreeMode.Leaf).GroupBy(v => v.Node).ToDictionary(g => g.Key, g => g.ToArray());
        int width = byLeaf.Count == 0 ? 1 : byLeaf.Values.Max(v => v.Length);
        bool inOrder = width == targets && byLeaf.Count == leaves.Length && byLeaf.Values.All(v => v.Length == width && v.Select((x, i) => x.Target == i).All(same => same));
        if ((long)leaves.Length * width > MostVotes)
        {
            throw c.Bad($"{leaves.Length} leaves with {width} votes are too many.");
        }

        double[] weights = new double[leaves.Length * width];
        long[] places = new long[weights.Length];
        foreach (var (node, votes) in byLeaf)
        {
            for (int i = 0; i < votes.Length; i++)
            {
                (weights[(rows[node] * width) + i], places[(rows[node] * width) + i]) = (votes[i].Weight, votes[i].Target);
            }
        }

        Shape shape = [leaves.Length, width];
        return (Longs(rows), inOrder ? null : Tensor.From(places, shape).Persist(), Tensor.From(weights, shape).Persist());
    }
}
