using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Tests.Shapes;

/// <summary>Expressions, conditions on sizes, and what must stay unknown, on small models.</summary>
public sealed class OnnxShapesTests
{
    [Fact]
    public void Infer_ChainOfStridedConvolutions_IsOneExpression()
    {
        var shapes = Infer(
            Model(["x"], ["z"], [(["N", "8", "T"], 1)], Conv("x", "y", 3, 2), Conv("y", "z", 4, 5)));
        Assert.Equal("f32[N, 8, floor((T - 1)/2)]", shapes.Values["y"].ToString());
        Assert.Equal("f32[N, 8, floor((T + 1)/10)]", shapes.Values["z"].ToString());
        Assert.Equal(["N (axis 0 of 'x'): any size", "T (axis 2 of 'x'): 9 or more"], shapes.Sizes.Select(s => s.ToString()));
    }

    [Fact]
    public void Infer_FlattenAndConcat_AreProductsAndSums()
    {
        var shapes = Infer(Model(
            ["x", "y"], ["z"], [(["N", "H", "W"], 1), (["N", "K"], 1)],
            Models.Node("Flatten", ["x"], ["flat"]), Models.Node("Concat", ["flat", "y"], ["z"], Models.Attribute("axis", 1))));
        Assert.Equal("f32[N, H*W]", shapes.Values["flat"].ToString());
        Assert.Equal("f32[N, H*W + K]", shapes.Values["z"].ToString());
    }

    [Fact]
    public void Infer_ShapeArithmetic_FollowsElements()
    {
        var shapes = Infer(Model(
            ["x"], ["y"], [(["N", "T", "6"], 1)],
            Models.Node("Shape", ["x"], ["s"]),
            Longs("first", 0), Longs("rest", 2, -1),
            Models.Node("Gather", ["s", "first"], ["n"], Models.Attribute("axis", 0)),
            Models.Node("Concat", ["n", "rest"], ["to"], Models.Attribute("axis", 0)),
            Models.Node("Reshape", ["x", "to"], ["y"])));
        Assert.Equal("f32[N, 2, 3*T]", shapes.Values["y"].ToString());
    }

    [Fact]
    public void Infer_SliceUpToAPosition_IsAMinimum()
    {
        var shapes = Infer(Model(["x"], ["y"], [(["N", "T"], 1)], Longs("from", 0), Longs("to", 20), Longs("axis", 1), Models.Node("Slice", ["x", "from", "to", "axis"], ["y"])));
        Assert.Equal("f32[N, min(T, 20)]", shapes.Values["y"].ToString());
    }

    [Fact]
    public void Infer_UnnamedSizesThatMustBeEqual_AreOne()
    {
        var shapes = Infer(Model(["x", "y"], ["z"], [([null, "3"], 1), ([null, "3"], 1)], Models.Node("Add", ["x", "y"], ["z"])));
        Assert.Equal("f32[d1, 3]", shapes.Values["z"].ToString());
        Assert.Equal(["d1 (axis 0 of 'x', axis 0 of 'y'): any size; the same as 'd2'"], shapes.Sizes.Select(s => s.ToString()));
    }

    [Fact]
    public void Infer_SizesInSteps_AreFound()
    {
        var shapes = Infer(Model(["x"], ["y"], [(["N", "T"], 1)], Longs("to", 0, -1, 4), Models.Node("Reshape", ["x", "to"], ["y"])));
        Assert.Equal("f32[N, floor(T/4), 4]", shapes.Values["y"].ToString());
        Assert.Equal((4, 4, null), (shapes.Sizes[1].Least, shapes.Sizes[1].Step, shapes.Sizes[1].Most));
    }

    [Fact]
    public void Infer_FixedByWeights_HasOneSizeOnly()
    {
        var shapes = Infer(Model(["x"], ["y"], [(["N", "C", "T"], 1)], Conv("x", "y", 1, 1)));
        Assert.Equal("C (axis 1 of 'x'): 8 only", shapes.Sizes[1].ToString());
        Assert.Equal("f32[N, 8, T]", shapes.Values["y"].ToString());
    }

    [Fact]
    public void Infer_WhatOnlyDataTells_IsUnknown()
    {
        var shapes = Infer(Model(
            ["x", "to"], ["y"], [(["N"], 1), (["2"], 7)],
            Models.Node("NonZero", ["x"], ["some"]), Models.Node("Cast", ["some"], ["f"], Models.Attribute("to", 1)), Models.Node("Reshape", ["x", "to"], ["y"])));
        Assert.All(new[] { "some", "f", "y" }, name => Assert.Null(shapes.Values[name].Dims));
        Assert.Equal("i64[2]", shapes.Values["to"].ToString());
    }

    [Fact]
    public void Infer_DimensionThatDiffersAtSizeOne_IsUnknown()
    {
        // Squeeze without axes takes away what happens to be 1.
        var shapes = Infer(Model(["x"], ["y"], [(["N", "1", "5"], 1)], Models.Node("Squeeze", ["x"], ["y"])));
        Assert.Null(shapes.Values["y"].Dims);
    }

    [Theory]
    [InlineData(3, "f32[N, 3]")]
    [InlineData(4, "none")]
    public void Infer_BranchesOnData_SayWhatBothAgreeOn(int other, string expected)
    {
        var then = Models.Of(17, [], ["a"], Pick("a", 3)).Graph;
        var otherwise = Models.Of(17, [], ["b"], Pick("b", other)).Graph;
        var shapes = Infer(Model(["c", "x"], ["y"], [([], 9), (["N", "5"], 1)], Longs("from", 0), Longs("axis", 1), Longs("3", 3), Longs("4", 4), Models.Node("If", ["c"], ["y"], Graph("then_branch", then), Graph("else_branch", otherwise))));
        Assert.Equal(expected, shapes.Values["y"].ToString());

        static NodeProto Pick(string result, int to) => Models.Node("Slice", ["x", "from", $"{to}", "axis"], [result]);
    }

    [Fact]
    public void Infer_ShapesThatNeverFit_NamesTheNode()
    {
        var model = Model(["x"], ["y"], [(["N", "3"], 1)], Models.Node("Flatten", ["x"], ["f"]), Conv("f", "y", 3, 1));
        string message = Assert.Throws<OnnxException>(() => Infer(model)).Message;
        Assert.Contains("node Conv 'y'", message, StringComparison.Ordinal);
        Assert.Contains("N = ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void At_OtherSizes_GivesTheirWork()
    {
        var shapes = Infer(Model(["x"], ["y"], [(["N", "8", "T"], 1)], Conv("x", "y", 3, 1)));
        var one = shapes.At(new Dictionary<string, int>(StringComparer.Ordinal) { ["N"] = 1, ["T"] = 12 });
        var ten = shapes.At(new Dictionary<string, int>(StringComparer.Ordinal) { ["N"] = 10, ["T"] = 12 });
        Assert.Equal(new Shape(10, 8, 12), ten.Shapes["x"]);
        Assert.Equal(2 * 8 * 8 * 3 * 10, one.Total.Flops);
        Assert.Equal(10 * one.Total.Flops, ten.Total.Flops);
        Assert.Contains("there are N, T", Assert.Throws<OnnxException>(() => shapes.At(new Dictionary<string, int>(StringComparer.Ordinal) { ["n"] = 1 })).Message, StringComparison.Ordinal);
        Assert.Throws<OnnxException>(() => shapes.At(new Dictionary<string, int>(StringComparer.Ordinal) { ["T"] = 2 }));
    }

    private static OnnxShapes Infer(ModelProto model) => OnnxShapes.Infer(Models.Parse(model));

    private static ModelProto Model(string[] inputs, string[] outputs, (string?[] Dims, int Type)[] types, params NodeProto[] nodes)
    {
        var model = Models.Of(17, inputs, outputs, nodes);
        for (int i = 0; i < inputs.Length; i++)
        {
            var shape = new TensorShapeProto();
            shape.Dim.AddRange(types[i].Dims.Select(d => long.TryParse(d, out long size) ? new TensorShapeProto.Types.Dimension { DimValue = size }
                : d is null ? new TensorShapeProto.Types.Dimension() : new TensorShapeProto.Types.Dimension { DimParam = d }));
            model.Graph.Input[i].Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = types[i].Type, Shape = shape } };
        }

        foreach (string weight in nodes.Where(n => n.OpType == "Conv").Select(n => n.Input[1]))
        {
            var tensor = new TensorProto { Name = weight, DataType = 1 };
            int width = int.Parse(weight[1..], System.Globalization.CultureInfo.InvariantCulture);
            tensor.Dims.AddRange([8, 8, width]);
            tensor.FloatData.AddRange(new float[64 * width]);
            if (model.Graph.Initializer.All(t => t.Name != weight))
            {
                model.Graph.Initializer.Add(tensor);
            }
        }

        return model;
    }

    private static NodeProto Conv(string from, string to, int width, int stride)
    {
        var strides = new AttributeProto { Name = "strides", Type = AttributeProto.Types.AttributeType.Ints };
        strides.Ints.Add(stride);
        return Models.Node("Conv", [from, $"w{width}"], [to], strides);
    }

    private static NodeProto Longs(string name, params long[] values)
    {
        var tensor = new TensorProto { DataType = 7 };
        tensor.Dims.Add(values.Length);
        tensor.Int64Data.AddRange(values);
        return Models.Node("Constant", [], [name], new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = tensor });
    }

    private static AttributeProto Graph(string name, GraphProto body) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = body };
}
