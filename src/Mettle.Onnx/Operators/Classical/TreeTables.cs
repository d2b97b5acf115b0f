namespace Mettle.Onnx;

/// <summary>Trees as one operation of the engine, which finds each row's leaves, and the votes of these.</summary>
internal sealed class TreeTables
{
    private const long MostVotes = 1 << 26;

    private readonly int targets;
    private readonly TreeLeaves walk;
    private readonly Tensor leafWeights;
    private readonly Tensor? leafTargets;

    public TreeTables(Call c, TreeNodes nodes, int targets)
    {
        this.targets = targets;
        int[] leaves = new int[nodes.Modes.Length];
        int count = 0;
        for (int i = 0; i < leaves.Length; i++)
        {
            leaves[i] = nodes.Modes[i] == TreeMode.Leaf ? count++ : -1;
        }

        if (count == 0 || nodes.Roots.Count == 0)
        {
            throw c.Bad("it has no trees.");
        }

        walk = Walk(nodes, leaves);
        (leafWeights, leafTargets) = Votes(c, nodes, leaves);
    }

    /// <summary>Number of trees.</summary>
    public int Count => walk.Roots.Count;

    /// <summary>Sums of the votes of the leaves that rows [N, C] end in: [N, targets].</summary>
    public Tensor Sum(Tensor x)
    {
        var (weights, places) = Cast(x);
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
        var (weights, places) = Cast(x);
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

    // Comparisons by the engine's one: at most the split, or below it.
    private static TreeLeaves Walk(TreeNodes nodes, int[] leaves)
    {
        int[] order = nodes.Ordered(), at = new int[nodes.Modes.Length];
        int count = 0;
        foreach (int i in order)
        {
            at[i] = count;
            count += nodes.Modes[i] switch
            {
                TreeMode.Equal or TreeMode.NotEqual => 2,
                TreeMode.Member => Math.Max(1, 2 * nodes.Sets[i].Length),
                _ => 1,
            };
        }

        var decisions = new List<DecisionNode>(count);
        foreach (int i in order)
        {
            var (feature, split, missing) = (nodes.Features[i], nodes.Splits[i], nodes.MissingIsYes[i]);
            int yes = Place(nodes.Yes[i]), no = Place(nodes.No[i]);
            switch (nodes.Modes[i])
            {
                case TreeMode.LessEqual:
                    decisions.Add(new(feature, split, yes, no, MissingIsYes: missing));
                    break;
                case TreeMode.Less:
                    decisions.Add(new(feature, split, yes, no, Below: true, missing));
                    break;
                case TreeMode.GreaterEqual:
                    decisions.Add(new(feature, split, no, yes, Below: true, !missing));
                    break;
                case TreeMode.Greater:
                    decisions.Add(new(feature, split, no, yes, MissingIsYes: !missing));
                    break;
                case TreeMode.NotEqual:
                    // NaN is not equal to anything.
                    Either(feature, split, no, yes, yes, missing: false);
                    break;
                case TreeMode.Equal:
                    Either(feature, split, yes, no, no, missing);
                    break;
                default:
                    Among(feature, nodes.Sets[i], yes, no, missing);
                    break;
            }
        }

        return new TreeLeaves([.. decisions], [.. nodes.Roots.Select(Place)]);

        int Place(int node) => leaves[node] >= 0 ? ~leaves[node] : at[node];

        // The split itself, what lies below it, what lies above.
        void Either(int feature, double split, int same, int below, int above, bool missing)
        {
            decisions.Add(new(feature, split, decisions.Count + 1, above, MissingIsYes: missing));
            decisions.Add(new(feature, split, below, same, Below: true));
        }

        // What is not above the first member is that or none; what is above goes on to the next.
        void Among(int feature, double[] set, int yes, int no, bool missing)
        {
            for (int k = 0; k < set.Length; k++)
            {
                Either(feature, set[k], yes, no, k + 1 < set.Length ? decisions.Count + 2 : no, missing);
            }

            if (set.Length == 0)
            {
                decisions.Add(new(feature, double.NaN, yes, no, MissingIsYes: missing));
            }
        }
    }

    // Votes of the leaves that rows end in, [N, trees, votes], and for whom; null: one for each target, in order.
    private (Tensor Weights, Tensor? Targets) Cast(Tensor x)
    {
        var leaf = walk.Apply(x);
        return (leafWeights.To(x.DType).IndexSelect(0, leaf), leafTargets?.IndexSelect(0, leaf));
    }

    // A row of votes for each leaf, as wide as the most that one has.
    private (Tensor Weights, Tensor? Targets) Votes(Call c, TreeNodes nodes, int[] leaves)
    {
        if (nodes.Votes.FirstOrDefault(v => v.Target < 0 || v.Target >= targets) is { Target: not 0 } stray)
        {
            throw c.Bad($"a leaf votes for target {stray.Target} of {targets}.");
        }

        int count = leaves.Max() + 1;
        var byLeaf = nodes.Votes.Where(v => nodes.Modes[v.Node] == TreeMode.Leaf).GroupBy(v => v.Node).ToDictionary(g => g.Key, g => g.ToArray());
        int width = byLeaf.Count == 0 ? 1 : byLeaf.Values.Max(v => v.Length);
        bool inOrder = width == targets && byLeaf.Count == count && byLeaf.Values.All(v => v.Length == width && v.Select((x, i) => x.Target == i).All(same => same));
        if ((long)count * width > MostVotes)
        {
            throw c.Bad($"{count} leaves with {width} votes are too many.");
        }

        double[] weights = new double[count * width];
        long[] places = new long[weights.Length];
        foreach (var (node, votes) in byLeaf)
        {
            for (int i = 0; i < votes.Length; i++)
            {
                (weights[(leaves[node] * width) + i], places[(leaves[node] * width) + i]) = (votes[i].Weight, votes[i].Target);
            }
        }

        Shape shape = [count, width];
        return (Tensor.From(weights, shape).Persist(), inOrder ? null : Tensor.From(places, shape).Persist());
    }
}
