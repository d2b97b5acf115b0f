using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Tests.Operators;

/// <summary>Bodies: gradients through them, and loops that a file makes endless.</summary>
public sealed class ControlTests
{
    [Fact]
    public void Loop_OverAParameter_IsDifferentiable()
    {
        var body = Body([("i", 7), ("g", 9), ("v", 1)], ["h", "w"], Models.Node("Identity", ["g"], ["h"]), Models.Node("Mul", ["v", "x"], ["w"]));
        var model = Models.Parse(Models.Of(17, ["n", "x"], ["y"], Models.Node("Loop", ["n", "", "x"], ["y"], Graph("body", body))));
        var x = Tensor.From([3f]).WithGrad();
        var y = Run(model, ("n", OnnxValue.From(Tensor.From([4L], new Shape()))), ("x", OnnxValue.From(x)));
        y.Sum().Backward();
        Assert.Equal(405, x.Grad!.ToArray<float>()[0], 1e-3);
    }

    [Fact]
    public void Loop_WithoutAnEnd_IsRefused()
    {
        var body = Body([("i", 7), ("g", 9), ("v", 1)], ["g", "v"]);
        var model = Models.Parse(Models.Of(17, ["x"], ["y"], Models.Node("Loop", ["", "", "x"], ["y"], Graph("body", body))));
        string message = Assert.Throws<OnnxException>(() => Run(model, ("x", OnnxValue.From(Tensor.Zeros([1]))))).Message;
        Assert.Contains("did not end", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 2f)]
    [InlineData(false, -1f)]
    public void If_Condition_ChoosesABranchThatSeesTheValuesAround(bool condition, float expected)
    {
        var then = Body([], ["a"], Models.Node("Add", ["x", "x"], ["a"]));
        var otherwise = Body([], ["b"], Models.Node("Neg", ["x"], ["b"]));
        var model = Models.Parse(Models.Of(17, ["c", "x"], ["y"], Models.Node("If", ["c"], ["y"], Graph("then_branch", then), Graph("else_branch", otherwise))));
        var y = Run(model, ("c", OnnxValue.From(Tensor.From([condition]))), ("x", OnnxValue.From(Tensor.From([1f]))));
        Assert.Equal([expected], y.ToArray<float>());
    }

    [Fact]
    public void RegexFullMatch_PatternThatBacktracksForever_EndsAtOnce()
    {
        var y = Models.Apply("RegexFullMatch", 20, [new TextValue([new string('a', 50_000) + "b"], [1])], Models.Attribute("pattern", "(a*)*c"));
        Assert.Equal([false], ((TensorValue)y).Tensor.ToArray<bool>());
    }

    [Fact]
    public void RegexFullMatch_PatternThatClosesItsFrame_IsRefused()
        => Assert.Throws<OnnxException>(() => Models.Apply("RegexFullMatch", 20, [new TextValue(["a"], [1])], Models.Attribute("pattern", "a)|(?:b")));

    private static Tensor Run(OnnxModel model, params (string Name, OnnxValue Value)[] inputs)
        => ((TensorValue)OnnxEvaluator.Run(model, inputs.ToDictionary(i => i.Name, i => i.Value, StringComparer.Ordinal))[0]).Tensor;

    private static AttributeProto Graph(string name, GraphProto body) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = body };

    private static GraphProto Body((string Name, int Type)[] inputs, string[] outputs, params NodeProto[] nodes)
    {
        var graph = Models.Of(17, [], outputs, nodes).Graph;
        graph.Input.AddRange(inputs.Select(i => new ValueInfoProto { Name = i.Name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = i.Type } } }));
        return graph;
    }
}
