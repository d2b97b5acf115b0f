using System.Globalization;

namespace Mettle;

/// <summary>The leaf that each row [N, F] ends in, in each of several decision trees: i64 [N, trees], no gradient.</summary>
public sealed class TreeLeaves : Op
{
    private readonly DecisionNode[] nodes;
    private readonly int[] roots;
    private readonly TreeNode<float>[] single;
    private readonly TreeNode<double>[] wide;
    private readonly int features;
    private readonly long depth;

    /// <summary>
    /// Trees share one list of nodes, children behind their parents; a root is the place of a node, or ~n for a tree that is leaf n.
    /// Throws <see cref="ArgumentException"/> naming the node where that does not hold.
    /// </summary>
    public TreeLeaves(ReadOnlySpan<DecisionNode> nodes, params ReadOnlySpan<int> roots)
    {
        this.nodes = nodes.ToArray();
        this.roots = roots.ToArray();
        int[] levels = new int[nodes.Length];
        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            var n = nodes[i];
            bool forward = (n.Yes < 0 || (n.Yes > i && n.Yes < nodes.Length)) && (n.No < 0 || (n.No > i && n.No < nodes.Length));
            if (!forward || n.Feature < 0)
            {
                throw Bad($"node {i} looks at column {n.Feature} and leads to {n.Yes} and {n.No}: children come behind their parents, among {nodes.Length}.");
            }

            levels[i] = 1 + Math.Max(n.Yes < 0 ? 0 : levels[n.Yes], n.No < 0 ? 0 : levels[n.No]);
            features = Math.Max(features, n.Feature + 1);
        }

        foreach (int root in roots)
        {
            depth += root < 0 ? 0 : root < nodes.Length ? levels[root] : throw Bad($"root {root} is none of {nodes.Length} nodes.");
        }

        single = Array.ConvertAll(this.nodes, n => new TreeNode<float>(n, n.Below ? float.BitDecrement((float)n.Split) : (float)n.Split));
        wide = Array.ConvertAll(this.nodes, n => new TreeNode<double>(n, n.Below ? double.BitDecrement(n.Split) : n.Split));
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("tree_leaves", typeof(TreeLeaves), Samples, Errors);

    /// <summary>All comparisons.</summary>
    public IReadOnlyList<DecisionNode> Nodes => nodes;

    /// <summary>Where each tree begins.</summary>
    public IReadOnlyList<int> Roots => roots;

    /// <inheritdoc/>
    public override string Name => "tree_leaves";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("roots", roots), new("nodes", new NodeList(nodes))];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        ExpectFloat(inputs[0]);
        var shape = inputs[0].Shape;
        return shape.Rank == 2 && shape[1] >= features
            ? [new([shape[0], roots.Length], DType.I64)]
            : throw Bad($"needs rows of at least {features} columns, got {inputs[0]}.");
    }

    /// <summary>One comparison for each level of the deepest way.</summary>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(inputs[0].Shape[0] * depth, inputs, outputs);

    internal override bool WantsRows(int input, Shape shape) => true;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads) => [null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        var shape = inputs[0].Shape;
        return [Apply(inputs[0].Reshape(new Shape([size * shape[1], shape[2]]))).Reshape(new Shape([size, shape[1], roots.Length]))];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = inputs[0].RowMajor();
        if (x.DType == DType.F32)
        {
            TreeWalk.Run(x, single, roots, outputs[0], depth);
        }
        else
        {
            TreeWalk.Run(x, wide, roots, outputs[0], depth);
        }

        AxisRows.Free(x, inputs[0]);
    }

    private static IEnumerable<OpSample> Samples()
    {
        DecisionNode[] forest =
        [
            new(0, 0.25, 1, ~0), new(2, -0.5, ~1, 2, Below: true), new(1, 0, ~2, ~3, MissingIsYes: true),
            new(1, 1, ~4, 4), new(0, -0.75, ~5, ~6, Below: true, MissingIsYes: true),
        ];
        return
        [
            new("forest", new TreeLeaves(forest, 0, 3, ~7), 5 * 37, new SampleInput([37, 3])) { Differentiable = [] },
            new("one tree", new TreeLeaves(forest, 3), 2 * 5, new SampleInput([5, 4])) { Differentiable = [] },
            new("long", new TreeLeaves(forest, 0, 0, 3), 8 * 2003, new SampleInput([2003, 3])) { Differentiable = [] },
            new("leaf", new TreeLeaves([], ~0), 0, new SampleInput([3, 0])) { Differentiable = [] },
            new("no rows", new TreeLeaves(forest, 0, 3), 0, new SampleInput([0, 3])) { Differentiable = [] },
            new("no trees", new TreeLeaves([]), 0, new SampleInput([4, 2])) { Differentiable = [] },
        ];
    }

    private static IEnumerable<OpError> Errors() =>
    [
        new("columns", () => new TreeLeaves([new(2, 0, ~0, ~1)], 0).Apply(Tensor.Zeros([3, 2])), "tree_leaves: needs rows of at least 3 columns, got f32[3, 2]"),
        new("type", () => new TreeLeaves([new(0, 0, ~0, ~1)], 0).Apply(Tensor.From([0L])), "tree_leaves: needs f32 or f64, got i64[1]"),
        new("order", () => new TreeLeaves([new(0, 0, 1, ~0), new(0, 0, 0, ~0)], 0), "tree_leaves: node 1 looks at column 0 and leads to 0 and -1"),
        new("root", () => new TreeLeaves([], 0), "tree_leaves: root 0 is none of 0 nodes"),
    ];

    // Equal where all nodes are; as text their number, which may be in the thousands.
    private sealed class NodeList(DecisionNode[] nodes) : IEquatable<NodeList>
    {
        private readonly DecisionNode[] nodes = nodes;

        public bool Equals(NodeList? other) => other is not null && nodes.AsSpan().SequenceEqual(other.nodes);

        public override bool Equals(object? obj) => obj is NodeList other && Equals(other);

        public override int GetHashCode() => nodes.Length == 0 ? 0 : HashCode.Combine(nodes.Length, nodes[0], nodes[^1]);

        public override string ToString() => nodes.Length.ToString(CultureInfo.InvariantCulture);
    }
}
