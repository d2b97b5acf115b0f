namespace Mettle.Onnx;

/// <summary>How a node of a decision tree compares a feature with its split; numbered as ONNX's TreeEnsemble does.</summary>
internal enum TreeMode
{
    /// <summary>At most the split.</summary>
    LessEqual,

    /// <summary>Below the split.</summary>
    Less,

    /// <summary>At least the split.</summary>
    GreaterEqual,

    /// <summary>Above the split.</summary>
    Greater,

    /// <summary>The split itself.</summary>
    Equal,

    /// <summary>Anything but the split.</summary>
    NotEqual,

    /// <summary>One of a set.</summary>
    Member,

    /// <summary>No comparison: the way ends here.</summary>
    Leaf,
}

/// <summary>What a leaf adds to one target.</summary>
internal readonly record struct TreeVote(int Node, int Target, double Weight);

/// <summary>Trees as read from a node's attributes: parallel lists over all nodes of all trees, children as places in them.</summary>
internal sealed class TreeNodes(Call c, int count)
{
    public TreeMode[] Modes { get; } = new TreeMode[count];

    public int[] Features { get; } = new int[count];

    public double[] Splits { get; } = new double[count];

    public int[] Yes { get; } = new int[count];

    public int[] No { get; } = new int[count];

    /// <summary>Where NaN takes the way of a comparison that holds.</summary>
    public bool[] MissingIsYes { get; } = new bool[count];

    public List<int> Roots { get; } = [];

    /// <summary>Whether nodes that no root leads to are a mistake: roots were told by nobody leading to them.</summary>
    public bool MustReachAll { get; init; }

    public List<TreeVote> Votes { get; } = [];

    /// <summary>Sets of the nodes that test for one, by node; in order.</summary>
    public Dictionary<int, double[]> Sets { get; } = [];

    /// <summary>The form of the older operators: nodes known by the numbers of tree and node, votes under <paramref name="votes"/>_*.</summary>
    public static TreeNodes ByNumbers(Call c, string votes)
    {
        long[] trees = Longs(c, "nodes_treeids"), ids = Longs(c, "nodes_nodeids"), yes = Longs(c, "nodes_truenodeids"), no = Longs(c, "nodes_falsenodeids");
        string[] modes = c.Texts("nodes_modes") ?? throw c.Bad("it has no nodes.");
        int count = modes.Length;
        var nodes = new TreeNodes(c, count) { MustReachAll = true };
        nodes.Fill(Numbers(c, "nodes_values"));
        Expect(c, count, trees.Length, ids.Length, yes.Length, no.Length);
        var places = new Dictionary<(long, long), int>();
        for (int i = 0; i < count; i++)
        {
            if (!places.TryAdd((trees[i], ids[i]), i))
            {
                throw c.Bad($"node {ids[i]} of tree {trees[i]} is there twice.");
            }
        }

        for (int i = 0; i < count; i++)
        {
            nodes.Modes[i] = modes[i] switch
            {
                "BRANCH_LEQ" => TreeMode.LessEqual,
                "BRANCH_LT" => TreeMode.Less,
                "BRANCH_GTE" => TreeMode.GreaterEqual,
                "BRANCH_GT" => TreeMode.Greater,
                "BRANCH_EQ" => TreeMode.Equal,
                "BRANCH_NEQ" => TreeMode.NotEqual,
                "LEAF" => TreeMode.Leaf,
                _ => throw c.Bad($"node {ids[i]} of tree {trees[i]} has the mode {OnnxException.Quote(modes[i])}, which there is not."),
            };
            bool leaf = nodes.Modes[i] == TreeMode.Leaf;
            nodes.Yes[i] = leaf ? i : Child(yes[i]);
            nodes.No[i] = leaf ? i : Child(no[i]);

            int Child(long id) => places.TryGetValue((trees[i], id), out int place) ? place : throw c.Bad($"tree {trees[i]} has no node {id}.");
        }

        // A tree's root is the node nobody leads to; where all are led to there is a circle.
        var children = Enumerable.Range(0, count).Where(i => nodes.Modes[i] != TreeMode.Leaf).SelectMany(i => new[] { nodes.Yes[i], nodes.No[i] }).ToHashSet();
        foreach (var tree in Enumerable.Range(0, count).GroupBy(i => trees[i]))
        {
            int[] roots = [.. tree.Where(i => !children.Contains(i))];
            nodes.Roots.Add(roots.Length == 1 ? roots[0] : throw c.Bad($"tree {tree.Key} has {roots.Length} nodes that nobody leads to; there must be one, its root."));
        }

        long[] voteTrees = Longs(c, $"{votes}_treeids"), voteNodes = Longs(c, $"{votes}_nodeids"), targets = Longs(c, $"{votes}_ids");
        double[] weights = Numbers(c, $"{votes}_weights");
        Expect(c, weights.Length, voteTrees.Length, voteNodes.Length, targets.Length);
        for (int i = 0; i < weights.Length; i++)
        {
            nodes.Votes.Add(new(
                places.TryGetValue((voteTrees[i], voteNodes[i]), out int place) ? place : throw c.Bad($"tree {voteTrees[i]} has no node {voteNodes[i]} to vote."),
                c.Fit(targets[i]), weights[i]));
        }

        return nodes;
    }

    /// <summary>The form of the newer operator: inner nodes and leaves apart, known by their places.</summary>
    public static TreeNodes ByPlaces(Call c)
    {
        int[] modes = (c.Attribute("nodes_modes")?.Value as TensorValue)?.Tensor.To(DType.I32).ToArray<int>() ?? throw c.Bad("it has no modes.");
        double[] weights = Numbers(c, "leaf_weights");
        long[] yes = Longs(c, "nodes_truenodeids"), no = Longs(c, "nodes_falsenodeids"), yesLeaf = Longs(c, "nodes_trueleafs"), noLeaf = Longs(c, "nodes_falseleafs");
        long[] targets = Longs(c, "leaf_targetids");
        int inner = modes.Length;
        Expect(c, inner, yes.Length, no.Length, yesLeaf.Length, noLeaf.Length);
        Expect(c, weights.Length, targets.Length);
        var nodes = new TreeNodes(c, inner + weights.Length);
        nodes.Fill(Numbers(c, "nodes_splits"));
        var members = new Queue<double>((c.Attribute("membership_values")?.Value as TensorValue)?.Tensor.To(DType.F64).ToArray<double>() ?? []);
        for (int i = 0; i < inner; i++)
        {
            nodes.Modes[i] = modes[i] is >= 0 and < (int)TreeMode.Leaf ? (TreeMode)modes[i] : throw c.Bad($"node {i} has the mode {modes[i]}, which there is not.");
            nodes.Yes[i] = Child(yes[i], yesLeaf[i]);
            nodes.No[i] = Child(no[i], noLeaf[i]);
            if (nodes.Modes[i] == TreeMode.Member)
            {
                var set = new List<double>();
                while (members.TryDequeue(out double member) && !double.IsNaN(member))
                {
                    set.Add(member);
                }

                nodes.Sets[i] = [.. set.Distinct().Order()];
            }
        }

        for (int leaf = 0; leaf < weights.Length; leaf++)
        {
            int at = inner + leaf;
            (nodes.Modes[at], nodes.Yes[at], nodes.No[at]) = (TreeMode.Leaf, at, at);
            nodes.Votes.Add(new(at, c.Fit(targets[leaf]), weights[leaf]));
        }

        nodes.Roots.AddRange(Longs(c, "tree_roots").Select(r => r >= 0 && r < inner ? (int)r : throw c.Bad($"there is no node {r} to be a root.")));
        return nodes;

        int Child(long place, long leaf)
        {
            long at = leaf != 0 ? inner + place : place;
            return place >= 0 && at < (leaf != 0 ? inner + weights.Length : inner) ? (int)at : throw c.Bad($"there is no {(leaf != 0 ? "leaf" : "node")} {place}.");
        }
    }

    /// <summary>Numbers given as fractions or, more precisely, as a tensor.</summary>
    public static double[] Numbers(Call c, string name)
        => c.Floats(name) is { Length: > 0 } floats ? Array.ConvertAll(floats, f => (double)f)
            : ((c.Attribute($"{name}_as_tensor") ?? c.Attribute(name))?.Value as TensorValue)?.Tensor.To(DType.F64).ToArray<double>() ?? [];

    /// <summary>The comparisons that roots lead to, parents before children; fails where a way leads back to itself.</summary>
    public int[] Ordered()
    {
        bool[] open = new bool[Modes.Length], done = new bool[Modes.Length];
        var finished = new List<int>();
        var way = new Stack<int>();
        foreach (int root in Roots)
        {
            way.Push(root);
            while (way.TryPeek(out int at))
            {
                if (Modes[at] == TreeMode.Leaf || done[at])
                {
                    way.Pop();
                }
                else if (!open[at])
                {
                    open[at] = true;
                    Enter(Yes[at]);
                    Enter(No[at]);
                }
                else
                {
                    way.Pop();
                    done[at] = true;
                    finished.Add(at);
                }
            }
        }

        for (int i = 0; MustReachAll && i < done.Length; i++)
        {
            if (!done[i] && Modes[i] != TreeMode.Leaf)
            {
                throw c.Bad($"no root leads to the node in place {i} of its lists.");
            }
        }

        finished.Reverse();
        return [.. finished];

        void Enter(int child)
        {
            if (open[child] && !done[child])
            {
                throw c.Bad($"a tree leads back to the node in place {child} of its lists.");
            }

            way.Push(child);
        }
    }

    private static long[] Longs(Call c, string name) => c.Attribute(name)?.Ints?.ToArray() ?? [];

    private static void Expect(Call c, int count, params ReadOnlySpan<int> counts)
    {
        foreach (int other in counts)
        {
            if (other != count)
            {
                throw c.Bad($"its lists of {count} and {other} entries must be equally long.");
            }
        }
    }

    // What both forms have in common; leaves of the newer one follow its inner nodes.
    private void Fill(double[] splits)
    {
        long[] features = Longs(c, "nodes_featureids"), missing = Longs(c, "nodes_missing_value_tracks_true");
        Expect(c, features.Length, splits.Length);
        if (features.Length > Modes.Length || (missing.Length > 0 && missing.Length != features.Length))
        {
            throw c.Bad($"its lists of {features.Length}, {missing.Length} and {Modes.Length} entries do not fit.");
        }

        for (int i = 0; i < features.Length; i++)
        {
            Features[i] = features[i] is >= 0 and <= int.MaxValue ? (int)features[i] : throw c.Bad($"node {i} looks at feature {features[i]}.");
            Splits[i] = splits[i];
            MissingIsYes[i] = missing.Length > 0 && missing[i] != 0;
        }
    }
}
