using Mettle.Onnx.Protos;

namespace Mettle.Onnx;

/// <summary>
/// Decision trees. ONNX's ensembles add up what leaves hold; here each tree has a column of its own, in which its leaves hold their
/// numbers, so that the sum is the number of the leaf that was reached: exact in f32 up to 2^24 leaves.
/// </summary>
internal static class TreeForms
{
    private const int MostLeaves = 1 << 24;

    public static IEnumerable<Form> All => [Form.Of<TreeLeaves>(Write)];

    private static void Write(Emission c, TreeLeaves op)
    {
        if (op.Roots.All(r => r < 0))
        {
            string leaf = c.Own(Tensor.From([.. op.Roots.Select(r => (long)~r)]));
            c.Give("Expand", [leaf, c.Writer.ShapeOf(c.Result())]);
            return;
        }

        var table = new Table(op);
        string leaves = c.Add("ai.onnx.ml.TreeEnsembleRegressor", [c.Full(0)], [.. table.Attributes(c.Type(0))]);
        c.Give("Cast", [leaves], Attributes.Int("to", (int)ElementType.I64));
    }

    // Trees may share nodes in the engine; in a file each has its own.
    private sealed class Table
    {
        private readonly List<int> trees = [], ids = [], features = [], yes = [], no = [], missing = [], leafTrees = [], leafIds = [];
        private readonly List<double> splits = [], leaves = [];
        private readonly List<string> modes = [];
        private readonly TreeLeaves op;

        public Table(TreeLeaves op)
        {
            this.op = op;
            for (int t = 0; t < op.Roots.Count; t++)
            {
                int next = 0;
                Add(t, op.Roots[t], ref next);
            }
        }

        public IEnumerable<AttributeProto> Attributes(DType type)
        {
            if (type == DType.F64 && splits.Any(s => s != (float)s))
            {
                throw new OnnxException(op.Name, "trees that split f64 columns at places that f32 does not have cannot be written.");
            }

            return
            [
                Onnx.Attributes.Int("n_targets", op.Roots.Count), Onnx.Attributes.Text("aggregate_function", "SUM"), Onnx.Attributes.Text("post_transform", "NONE"),
                Onnx.Attributes.Ints("nodes_treeids", trees), Onnx.Attributes.Ints("nodes_nodeids", ids), Onnx.Attributes.Ints("nodes_featureids", features),
                Onnx.Attributes.Floats("nodes_values", splits), Onnx.Attributes.Texts("nodes_modes", modes),
                Onnx.Attributes.Ints("nodes_truenodeids", yes), Onnx.Attributes.Ints("nodes_falsenodeids", no),
                Onnx.Attributes.Ints("nodes_missing_value_tracks_true", missing),
                Onnx.Attributes.Ints("target_treeids", leafTrees), Onnx.Attributes.Ints("target_nodeids", leafIds), Onnx.Attributes.Ints("target_ids", leafTrees),
                Onnx.Attributes.Floats("target_weights", leaves),
            ];
        }

        // The place in the lists is taken before that of the children; returns the node's number in its tree.
        private int Add(int tree, int node, ref int next)
        {
            int id = next++, at = ids.Count;
            trees.Add(tree);
            ids.Add(id);
            var found = node < 0 ? default : op.Nodes[node];
            features.Add(found.Feature);
            splits.Add(found.Split);
            modes.Add(node < 0 ? "LEAF" : found.Below ? "BRANCH_LT" : "BRANCH_LEQ");
            missing.Add(found.MissingIsYes ? 1 : 0);
            yes.Add(0);
            no.Add(0);
            if (node < 0)
            {
                leafTrees.Add(tree);
                leafIds.Add(id);
                leaves.Add(~node < MostLeaves ? ~node : throw new OnnxException(op.Name, $"leaf {~node} has a number too large for a file."));
            }
            else
            {
                yes[at] = Add(tree, found.Yes, ref next);
                no[at] = Add(tree, found.No, ref next);
            }

            return id;
        }
    }
}
