namespace Mettle.Onnx.Tests;

/// <summary>Models from the wild, against what ONNX Runtime gave for recorded inputs.</summary>
public sealed class RealModelTests
{
    private const string Forest = "randomforest";

    public static TheoryData<string> Recorded => Archives.Names("reference");

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Run_RecordedInputs_GivesRecordedResults(string name)
    {
        var recorded = Archives.Of("reference")[name];
        Assert.Null(recorded.Check(relative: 1e-3, absolute: 1e-5, modelBytes: File.ReadAllBytes(ModelFile(name))));
    }

    [Fact]
    public void Models_AllButTheForest_AreRecorded()
    {
        var recorded = Archives.Of("reference").Keys;
        string[] models = [.. Directory.GetFiles(Path.Combine(Archives.Folder!, "models"), "*.onnx").Select(f => Path.GetFileNameWithoutExtension(f)!)];
        Assert.Equal(19, models.Length);
        Assert.Equal(models.Where(m => m != Forest).Order(StringComparer.Ordinal), recorded.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Run_RandomForest_AgreesWithWalkingItsTrees()
    {
        Assert.SkipWhen(Archives.Folder is null, Archives.Missing);
        var model = OnnxModel.Load(ModelFile(Forest));
        var trees = new Trees(model.Graph.Nodes.Single(n => n.Operator == "TreeEnsembleClassifier"));
        var key = RandomKey.FromSeed(7).For("flowers");
        for (int row = 0; row < 300; row++)
        {
            using var scope = MemoryScope.Begin();
            var x = Tensor.Uniform(key.At(row), [1, 4], 0, 8);
            var results = OnnxEvaluator.Run(model, new Dictionary<string, OnnxValue>(StringComparer.Ordinal) { ["float_input"] = OnnxValue.From(x) });

            var expected = trees.Votes(x.ToArray<float>());
            var map = Assert.IsType<MapValue>(Assert.Single(Assert.IsType<SequenceValue>(results[1]).Items));
            Assert.Equal(trees.Classes, map.Integers!);
            Assert.All(expected.Zip(map.Values), p => Assert.Equal(p.First, p.Second, 1e-5));
            int best = Array.IndexOf(expected, expected.Max());
            Assert.Equal(trees.Classes[best], Assert.IsType<TensorValue>(results[0]).Tensor.ToArray<long>().Single());
        }
    }

    private static string ModelFile(string name) => Path.Combine(Archives.Folder!, "models", name + ".onnx");

    /// <summary>The trees of the node, one dictionary entry per place, walked one by one in float64.</summary>
    private sealed class Trees
    {
        private readonly Dictionary<(long Tree, long Node), int> places = [];
        private readonly Dictionary<(long Tree, long Node), List<(int Class, double Weight)>> leaves = [];
        private readonly OnnxNode node;

        public Trees(OnnxNode node)
        {
            this.node = node;
            Classes = [.. Longs("classlabels_int64s")];
            var (trees, ids) = (Longs("nodes_treeids"), Longs("nodes_nodeids"));
            for (int i = 0; i < ids.Count; i++)
            {
                places.Add((trees[i], ids[i]), i);
            }

            var weights = node.Attributes["class_weights"].Floats!;
            for (int i = 0; i < weights.Count; i++)
            {
                var at = (Longs("class_treeids")[i], Longs("class_nodeids")[i]);
                leaves.TryAdd(at, []);
                leaves[at].Add(((int)Longs("class_ids")[i], weights[i]));
            }
        }

        public long[] Classes { get; }

        public double[] Votes(float[] x)
        {
            double[] votes = new double[Classes.Length];
            foreach (long tree in Longs("nodes_treeids").Distinct())
            {
                long at = 0;
                while (node.Attributes["nodes_modes"].Texts![places[(tree, at)]] == "BRANCH_LEQ")
                {
                    int place = places[(tree, at)];
                    bool below = x[Longs("nodes_featureids")[place]] <= node.Attributes["nodes_values"].Floats![place];
                    at = Longs(below ? "nodes_truenodeids" : "nodes_falsenodeids")[place];
                }

                foreach (var (index, weight) in leaves[(tree, at)])
                {
                    votes[index] += weight;
                }
            }

            return votes;
        }

        private IReadOnlyList<long> Longs(string name) => node.Attributes[name].Ints!;
    }
}
