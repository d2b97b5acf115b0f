using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Tests;

/// <summary>Files that cannot be used: what is wrong is said with its place.</summary>
public sealed class LoaderTests
{
    private static NodeProto Relu(string from, string to) => Models.Node("Relu", [from], [to]);

    [Fact]
    public void Parse_CutShortAnywhere_IsAnErrorOrASmallerModel()
    {
        byte[] bytes = WithInitializer(new TensorProto { DataType = 1, RawData = ByteString.CopyFrom(new byte[400]), Dims = { 100 } }).ToByteArray();
        int errors = 0;
        for (int length = 0; length < bytes.Length; length++)
        {
            try
            {
                OnnxModel.Parse(bytes.AsSpan(0, length));
            }
            catch (OnnxException)
            {
                errors++;
            }
        }

        Assert.True(errors > bytes.Length - 20, $"only {errors} of {bytes.Length} were refused");
        Assert.Contains("cut short", Refusal(bytes.AsSpan(0, bytes.Length / 2).ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NotAModel_SaysSo()
        => Assert.Contains("not an ONNX model", Refusal("PK\u0003\u0004 something else entirely"u8.ToArray()), StringComparison.Ordinal);

    [Fact]
    public void Parse_NoGraph_SaysSo() => Assert.Contains("no graph with outputs", Refusal([]), StringComparison.Ordinal);

    [Fact]
    public void Load_NoFile_NamesIt()
        => Assert.Contains("nowhere.onnx", Assert.Throws<OnnxException>(() => OnnxModel.Load("/nowhere.onnx")).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_UnknownOperators_AreListedAllAtOnce()
    {
        var model = Models.Of(17, ["x"], ["y"], Models.Node("Frobnicate", ["x"], ["a"]), Models.Node("Relu", ["a"], ["b"]), Models.Node("Twist", ["b"], ["y"]));
        model.Graph.Node[2].Name = "last";
        model.Graph.Node[2].Domain = "com.example";
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.example", Version = 3 });
        string message = Refusal(model);
        Assert.Contains("2 parts are not supported", message, StringComparison.Ordinal);
        Assert.Contains("'Frobnicate' (domain ai.onnx, version 17)", message, StringComparison.Ordinal);
        Assert.Contains("'last': no operator 'Twist' (domain com.example, version 3)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_UnknownOperatorInABody_IsFound()
    {
        var body = Models.Of(17, [], ["z"], Models.Node("Frobnicate", ["x"], ["z"])).Graph;
        var branch = new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = body };
        Assert.Contains("'Frobnicate'", Refusal(Models.Of(17, ["x"], ["y"], Models.Node("Relu", ["x"], ["y"], branch))), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NewerOperatorSet_SaysWhichIsTheNewest()
        => Assert.Contains($"operator set {OnnxModel.NewestOpset + 1} is newer than {OnnxModel.NewestOpset}", Refusal(Models.Of(OnnxModel.NewestOpset + 1, ["x"], ["y"], Relu("x", "y"))), StringComparison.Ordinal);

    [Fact]
    public void Parse_NodesOutOfOrder_AreSorted()
    {
        var model = Models.Parse(Models.Of(17, ["x"], ["y"], Relu("b", "y"), Relu("a", "b"), Relu("x", "a")));
        Assert.Equal(["a", "b", "y"], model.Graph.Nodes.Select(n => n.Outputs[0]));
    }

    [Fact]
    public void Parse_Cycle_IsRefused()
        => Assert.Contains("needs its own result", Refusal(Models.Of(17, ["x"], ["y"], Models.Node("Add", ["x", "b"], ["a"]), Relu("a", "b"), Relu("x", "y"))), StringComparison.Ordinal);

    [Fact]
    public void Parse_NodeOfItself_IsRefused()
        => Assert.Contains("needs its own result", Refusal(Models.Of(17, ["x"], ["y"], Models.Node("Add", ["x", "y"], ["y"]))), StringComparison.Ordinal);

    [Fact]
    public void Parse_InputThatNothingMakes_IsNamed()
        => Assert.Contains("nothing makes its input 'ghost'", Refusal(Models.Of(17, ["x"], ["y"], Relu("ghost", "y"))), StringComparison.Ordinal);

    [Fact]
    public void Parse_OutputThatNothingMakes_IsNamed()
        => Assert.Contains("nothing makes its output 'ghost'", Refusal(Models.Of(17, ["x"], ["ghost"], Relu("x", "y"))), StringComparison.Ordinal);

    [Fact]
    public void Parse_ResultMadeTwice_IsRefused()
        => Assert.Contains("'y' is made twice", Refusal(Models.Of(17, ["x"], ["y"], Relu("x", "y"), Relu("x", "y"))), StringComparison.Ordinal);

    [Fact]
    public void Parse_FunctionsThatCallEachOther_AreRefused()
    {
        var model = Models.Of(17, ["x"], ["y"], Call("f", "x", "y"));
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
        model.Functions.Add(Function("f", Call("g", "a", "b")));
        model.Functions.Add(Function("g", Call("f", "a", "b")));
        Assert.Contains("the function 'f' calls itself", Refusal(model), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Function_IsItsBody()
    {
        var model = Models.Of(17, ["x"], ["y"], Call("f", "x", "y"));
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
        model.Functions.Add(Function("f", Relu("a", "b")));
        var result = OnnxEvaluator.Run(Models.Parse(model), new Dictionary<string, OnnxValue>(StringComparer.Ordinal) { ["x"] = OnnxValue.From(Tensor.From([-1f, 2f])) });
        Assert.Equal([0f, 2f], ((TensorValue)result[0]).Tensor.ToArray<float>());
    }

    [Fact]
    public void Parse_BodiesWithoutEnd_AreRefused()
    {
        var graph = Models.Of(17, [], ["z"], Relu("x", "z")).Graph;
        for (int i = 0; i < 60; i++)
        {
            graph = Models.Of(17, [], ["z"], Models.Node("Relu", ["x"], ["z"], new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = graph })).Graph;
        }

        graph.Input.Add(new ValueInfoProto { Name = "x" });
        var model = Models.Of(17, ["x"], ["z"]);
        model.Graph = graph;
        Refusal(model);
    }

    [Fact]
    public void Parse_ElementsThatDoNotFillTheShape_AreRefused()
    {
        Assert.Contains("8 bytes do not fill f32[3], which takes 12", Refusal(WithInitializer(new TensorProto { DataType = 1, Dims = { 3 }, RawData = ByteString.CopyFrom(new byte[8]) })), StringComparison.Ordinal);
        Assert.Contains("2 elements do not fill f32[3]", Refusal(WithInitializer(new TensorProto { DataType = 1, Dims = { 3 }, FloatData = { 1, 2 } })), StringComparison.Ordinal);
        Assert.Contains("1 strings do not fill its shape [2]", Refusal(WithInitializer(new TensorProto { DataType = 8, Dims = { 2 }, StringData = { ByteString.CopyFromUtf8("a") } })), StringComparison.Ordinal);
        Assert.Contains("3 bytes do not fill u4[3], which takes 2", Refusal(WithInitializer(new TensorProto { DataType = 21, Dims = { 3 }, RawData = ByteString.CopyFrom(new byte[3]) })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1L, 2L)]
    [InlineData(1L << 20, 1L << 20)]
    [InlineData(long.MaxValue, 2L)]
    public void Parse_ImpossibleDimensions_AreRefused(long first, long second)
        => Assert.Contains("not those of a tensor that can be held", Refusal(WithInitializer(new TensorProto { DataType = 1, Dims = { first, second } })), StringComparison.Ordinal);

    [Fact]
    public void Parse_UnknownElementType_IsRefused()
        => Assert.Contains("element type 77", Refusal(WithInitializer(new TensorProto { DataType = 77, Dims = { 1 } })), StringComparison.Ordinal);

    [Fact]
    public void Run_WrongInputs_AreNamed()
    {
        var model = Models.Parse(Models.Of(17, ["x"], ["y"], Relu("x", "y")));
        var none = new Dictionary<string, OnnxValue>(StringComparer.Ordinal);
        Assert.Contains("the input 'x'", Assert.Throws<OnnxException>(() => OnnxEvaluator.Run(model, none)).Message, StringComparison.Ordinal);
        none["z"] = OnnxValue.From(Tensor.Zeros([1]));
        Assert.Contains("there is no input 'z'", Assert.Throws<OnnxException>(() => OnnxEvaluator.Run(model, none)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ShapesThatDoNotFit_NamesTheNode()
    {
        var node = Models.Node("Add", ["x", "x2"], ["y"]);
        node.Name = "sum";
        var model = Models.Parse(Models.Of(17, ["x", "x2"], ["y"], node));
        var inputs = new Dictionary<string, OnnxValue>(StringComparer.Ordinal) { ["x"] = OnnxValue.From(Tensor.Zeros([2])), ["x2"] = OnnxValue.From(Tensor.Zeros([3])) };
        Assert.Contains("node Add 'sum'", Assert.Throws<OnnxException>(() => OnnxEvaluator.Run(model, inputs)).Message, StringComparison.Ordinal);
    }

    internal static ModelProto WithInitializer(TensorProto tensor)
    {
        tensor.Name = "w";
        var model = Models.Of(17, ["x"], ["y"], Models.Node("Add", ["x", "w"], ["y"]));
        model.Graph.Initializer.Add(tensor);
        return model;
    }

    private static NodeProto Call(string function, string from, string to)
    {
        var node = Models.Node(function, [from], [to]);
        node.Domain = "own";
        return node;
    }

    private static FunctionProto Function(string name, NodeProto node)
    {
        var function = new FunctionProto { Name = name, Domain = "own", Input = { "a" }, Output = { "b" }, Node = { node } };
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
        return function;
    }

    private static string Refusal(ModelProto model) => Refusal(model.ToByteArray());

    private static string Refusal(byte[] bytes) => Assert.Throws<OnnxException>(() => OnnxModel.Parse(bytes, "bad.onnx")).Message;
}
