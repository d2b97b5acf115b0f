using Google.Protobuf;
using Mettle.Graphs;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Tests.Operators;

/// <summary>Trees that a file makes impossible, and maps.</summary>
public sealed class ClassicalTests
{
    [Fact]
    public void TreeEnsembleRegressor_OneSplit_GoesLeftUpToIt()
    {
        var y = (TensorValue)Apply("TreeEnsembleRegressor", [Rows(1f, 2f, 3f)], Stump());
        Assert.Equal([10f, 10f, 20f], y.Tensor.ToArray<float>());
    }

    [Theory]
    [InlineData("nodes_truenodeids", new long[] { 0, 0, 0 }, "no root leads to")]
    [InlineData("nodes_truenodeids", new long[] { 7, 0, 0 }, "no node 7")]
    [InlineData("nodes_nodeids", new long[] { 0, 1, 1 }, "there twice")]
    [InlineData("nodes_featureids", new long[] { 5, 0, 0 }, "at least 6 columns")]
    [InlineData("nodes_featureids", new long[] { -1, 0, 0 }, "feature -1")]
    [InlineData("target_ids", new long[] { 0, 3 }, "target 3")]
    [InlineData("nodes_treeids", new long[] { 0, 0 }, "equally long")]
    public void TreeEnsembleRegressor_ImpossibleTree_IsRefused(string list, long[] values, string expected)
    {
        AttributeProto[] tree = [.. Stump().Where(a => a.Name != list), Ints(list, values)];
        string message = Assert.Throws<OnnxException>(() => Apply("TreeEnsembleRegressor", [Rows(1f)], tree)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void TreeEnsembleRegressor_Circle_IsRefused()
    {
        // Node 0 is the root; 1 and 2 lead to each other.
        AttributeProto[] circle =
        [
            Ints("nodes_treeids", 0, 0, 0, 0), Ints("nodes_nodeids", 0, 1, 2, 3), Ints("nodes_featureids", 0, 0, 0, 0), Floats("nodes_values", 1, 1, 1, 1),
            Ints("nodes_truenodeids", 1, 2, 1, 0), Ints("nodes_falsenodeids", 3, 3, 3, 0), Texts("nodes_modes", "BRANCH_LEQ", "BRANCH_LEQ", "BRANCH_LEQ", "LEAF"),
            Ints("target_treeids", 0), Ints("target_nodeids", 3), Ints("target_ids", 0), Floats("target_weights", 1),
        ];
        string message = Assert.Throws<OnnxException>(() => Apply("TreeEnsembleRegressor", [Rows(1f)], circle)).Message;
        Assert.Contains("leads back", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_TreesWithLabelledScores_IsAPlanOfFewStepsWithTheSameBits()
    {
        var node = Models.Node("TreeEnsembleRegressor", ["x"], ["s"], Stump());
        var zip = Models.Node("ZipMap", ["s"], ["y"], Ints("classlabels_int64s", 7));
        (node.Domain, zip.Domain) = ("ai.onnx.ml", "ai.onnx.ml");
        var proto = Models.Of(17, ["x"], ["y"], node, zip);
        proto.Graph.Input[0].Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1 } };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 3 });
        var graph = OnnxGraphs.Trace(Models.Parse(proto), new Dictionary<string, Shape> { ["x"] = [3, 1] });
        var y = Plan.Compile(graph).Run(Tensor.From([1f, 2f, 3f], [3, 1]))[0];
        Assert.Equal([10f, 10f, 20f], y.ToArray<float>());
        Assert.True(graph.Nodes.Count < 8, graph.ToString());
    }

    [Fact]
    public void ZipMap_Scores_GetTheirLabels()
    {
        var rows = Assert.IsType<SequenceValue>(Apply("ZipMap", [OnnxValue.From(Tensor.From([1f, 2f, 3f, 4f], [2, 2]))], Texts("classlabels_strings", "a", "b")));
        var second = Assert.IsType<MapValue>(rows.Items[1]);
        Assert.Equal(["a", "b"], second.Texts!);
        Assert.Equal([3f, 4f], second.Values);
    }

    [Fact]
    public void DictVectorizer_Map_IsOrderedByTheVocabulary()
    {
        var y = (TensorValue)Apply("DictVectorizer", [new MapValue(["a", "d"], null, [4, 8])], Texts("string_vocabulary", "d", "none", "a"));
        Assert.Equal([8f, 0f, 4f], y.Tensor.ToArray<float>());
    }

    [Theory]
    [InlineData("DENSE", new float[] { 3, 1, 2 })]
    [InlineData("SPARSE", new float[] { 3, 0, 1, 0, 2, 0 })]
    public void CastMap_IntegerKeys_OrderTheValues(string form, float[] expected)
    {
        var map = new MapValue(null, [2, 4, 0], [1, 2, 3]);
        var y = (TensorValue)Apply("CastMap", [map], Models.Attribute("map_form", form), Models.Attribute("max_map", 6));
        Assert.Equal(expected, y.Tensor.ToArray<float>());
    }

    [Fact]
    public void LabelEncoder_RepeatedKey_CountsWhereItIsLast()
    {
        var y = (TensorValue)Apply("LabelEncoder", [new TextValue(["a", "b"], [2])], Texts("keys_strings", "a", "b", "a"), Ints("values_int64s", 1, 2, 3));
        Assert.Equal([3L, 2L], y.Tensor.ToArray<long>());
    }

    private static AttributeProto[] Stump() =>
    [
        Ints("nodes_treeids", 0, 0, 0), Ints("nodes_nodeids", 0, 1, 2), Ints("nodes_featureids", 0, 0, 0), Floats("nodes_values", 2, 0, 0),
        Ints("nodes_truenodeids", 1, 0, 0), Ints("nodes_falsenodeids", 2, 0, 0), Texts("nodes_modes", "BRANCH_LEQ", "LEAF", "LEAF"),
        Ints("target_treeids", 0, 0), Ints("target_nodeids", 1, 2), Ints("target_ids", 0, 0), Floats("target_weights", 10, 20),
    ];

    private static TensorValue Rows(params float[] values) => OnnxValue.From(Tensor.From(values, [values.Length, 1]));

    private static OnnxValue Apply(string op, OnnxValue[] inputs, params AttributeProto[] attributes)
    {
        string[] names = [.. inputs.Select((_, i) => $"x{i}")];
        var node = Models.Node(op, names, ["y"], attributes);
        node.Domain = "ai.onnx.ml";
        var model = Models.Of(17, names, ["y"], node);
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 4 });
        return OnnxEvaluator.Run(Models.Parse(model), names.Zip(inputs).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal))[0];
    }

    private static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    private static AttributeProto Floats(string name, params float[] values) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Floats, Floats = { values } };

    private static AttributeProto Texts(string name, params string[] values)
        => new() { Name = name, Type = AttributeProto.Types.AttributeType.Strings, Strings = { values.Select(ByteString.CopyFromUtf8) } };
}
