using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Tests.Operators;

/// <summary>Gradients of layers against differences, what they do in training, and windows that a small file must not ask for.</summary>
public sealed class LayerTests
{
    private static readonly (string Name, string Op, int Opset, Shape[] Inputs, AttributeProto[] Attributes)[] Layers =
    [
        ("conv 1-D", "Conv", 11, [[1, 2, 7], [2, 1, 3], [2]], [Ints("pads", 1, 2), Models.Attribute("group", 2)]),
        ("conv 3-D", "Conv", 11, [[1, 2, 3, 3, 2], [2, 2, 2, 2, 1], [2]], [Ints("pads", 1, 0, 0, 0, 1, 1), Ints("strides", 2, 1, 1)]),
        ("transposed", "ConvTranspose", 11, [[1, 2, 3, 2], [2, 2, 2, 3], [2]], [Ints("pads", 0, 1, 2, 1), Ints("strides", 2, 1)]),
        ("transposed 3-D", "ConvTranspose", 11, [[1, 2, 2, 2, 1], [2, 1, 2, 1, 2]], [Ints("strides", 2, 1, 1), Ints("output_padding", 1, 0, 0)]),
        ("deformed", "DeformConv", 19, [[1, 2, 4, 3], [2, 2, 2, 2], [1, 8, 3, 2], [2], [1, 4, 3, 2]], []),
        ("average same", "AveragePool", 19, [[1, 2, 5, 4]], [Ints("kernel_shape", 2, 3), Ints("strides", 2, 2), Models.Attribute("auto_pad", "SAME_UPPER")]),
        ("average dilated", "AveragePool", 19, [[1, 1, 6, 5]], [Ints("kernel_shape", 2, 2), Ints("dilations", 2, 3), Ints("pads", 1, 0, 0, 1)]),
        ("max 3-D", "MaxPool", 12, [[1, 2, 4, 3, 4]], [Ints("kernel_shape", 2, 2, 2), Ints("strides", 2, 1, 2), Models.Attribute("ceil_mode", 1)]),
        ("power", "LpPool", 18, [[1, 2, 5]], [Ints("kernel_shape", 3), Models.Attribute("p", 3)]),
        ("instance", "InstanceNormalization", 6, [[2, 2, 5], [2], [2]], []),
        ("group", "GroupNormalization", 21, [[2, 4, 3], [4], [4]], [Models.Attribute("num_groups", 2)]),
        ("group 18", "GroupNormalization", 18, [[2, 4, 3], [2], [2]], [Models.Attribute("num_groups", 2)]),
        ("layer", "LayerNormalization", 17, [[2, 3, 4], [3, 4], [3, 4]], [Models.Attribute("axis", 1)]),
        ("root mean square", "RMSNormalization", 23, [[3, 4], [4]], []),
        ("response", "LRN", 13, [[1, 4, 3]], [Models.Attribute("size", 3), Models.Attribute("alpha", 0.5f)]),
        ("length", "LpNormalization", 22, [[3, 4]], []),
        ("training", "BatchNormalization", 15, [[4, 2, 3], [2], [2], [2], [2]], [Models.Attribute("training_mode", 1)]),
        ("gemm", "Gemm", 13, [[3, 4], [5, 3], [4, 1]], [Models.Attribute("transA", 1), Models.Attribute("transB", 1), Models.Attribute("alpha", 0.5f), Models.Attribute("beta", 2f)]),
        ("einsum", "Einsum", 12, [[2, 3, 3], [3, 4], [4]], [Models.Attribute("equation", "bii,ik,k->bi")]),
    ];

    public static TheoryData<string> Names => [.. Layers.Select(l => l.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_F64_IsTheSlope(string name)
    {
        const double step = 1e-5;
        var layer = Layers.Single(l => l.Name == name);
        double[][] values = [.. layer.Inputs.Select((s, k) => Enumerable.Range(0, (int)s.Count).Select(i => Math.Sin((7.3 * i) + k)).ToArray())];
        Tensor[] inputs = [.. values.Select((v, k) => Tensor.From(v, layer.Inputs[k]).WithGrad())];
        Loss(inputs).Backward();
        for (int k = 0; k < inputs.Length; k++)
        {
            double[] slope = inputs[k].Grad?.ToArray<double>() ?? new double[values[k].Length];
            for (int i = 0; i < slope.Length; i++)
            {
                double expected = (At(k, i, step) - At(k, i, -step)) / (2 * step);
                Assert.True(Math.Abs(expected - slope[i]) < 1e-6 * Math.Max(1, Math.Abs(expected)), $"input {k}, element {i}: {slope[i]}, differences give {expected}");
            }
        }

        Assert.Contains(inputs[0].Grad!.ToArray<double>(), s => s != 0);

        double At(int input, int element, double by)
        {
            var moved = values.Select(v => (double[])v.Clone()).ToArray();
            moved[input][element] += by;
            return Loss([.. moved.Select((v, k) => Tensor.From(v, layer.Inputs[k]))]).Item();
        }

        Tensor Loss(Tensor[] given)
        {
            var y = Models.Apply(layer.Op, layer.Opset, given, layer.Attributes);
            return (y * y * (Tensor.Arange((int)y.Count, DType.F64) * 0.37).Sin().Reshape(y.Shape)).Sum();
        }
    }

    [Fact]
    public void Gradient_OfAProductInAModel_IsItsDerivative()
    {
        var gradient = Models.Node("Gradient", ["a", "b"], ["da", "db"], Texts("xs", "a", "b"), Models.Attribute("y", "loss"));
        gradient.Domain = "ai.onnx.preview.training";
        var model = Models.Of(13, ["a", "b"], ["loss", "da", "db"], Models.Node("Mul", ["a", "b"], ["c"]), Models.Node("Mul", ["c", "a"], ["loss"]), gradient);
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = gradient.Domain, Version = 1 });
        var results = OnnxEvaluator.Run(
            Models.Parse(model),
            new Dictionary<string, OnnxValue>(StringComparer.Ordinal) { ["a"] = OnnxValue.From(Tensor.Scalar(3)), ["b"] = OnnxValue.From(Tensor.Scalar(5)) });
        Assert.Equal([45, 30, 9], results.Select(r => ((TensorValue)r).Tensor.Item()));
    }

    [Fact]
    public void BatchNormalization_ManyResultsBeforeVersion14_Trains()
    {
        var model = Models.Of(9, ["x", "w", "b", "m", "v"], ["y", "mean", "variance"], Models.Node("BatchNormalization", ["x", "w", "b", "m", "v"], ["y", "mean", "variance"], Models.Attribute("momentum", 0.5f)));
        var inputs = new Dictionary<string, OnnxValue>(StringComparer.Ordinal)
        {
            ["x"] = OnnxValue.From(Tensor.From([1f, 3f], [2, 1])),
            ["w"] = OnnxValue.From(Tensor.Ones([1])),
            ["b"] = OnnxValue.From(Tensor.Zeros([1])),
            ["m"] = OnnxValue.From(Tensor.Full([1], 4)),
            ["v"] = OnnxValue.From(Tensor.Full([1], 5)),
        };
        var results = OnnxEvaluator.Run(Models.Parse(model), inputs).Select(r => ((TensorValue)r).Tensor.ToArray<float>()).ToArray();
        Assert.Equal(-1, results[0][0], 1e-4);
        Assert.Equal(1, results[0][1], 1e-4);
        Assert.Equal([3f], results[1]);
        Assert.Equal([3f], results[2]);
    }

    [Fact]
    public void BatchNormalization_NotSpatialBeforeVersion9_HasAMeanPerPlace()
    {
        Tensor[] inputs = [Tensor.From([1f, 2f, 3f, 4f], [1, 2, 2]), Tensor.Ones([2, 2]), Tensor.Zeros([2, 2]), Tensor.From([1f, 1f, 1f, 1f], [2, 2]), Tensor.From([1f, 4f, 1f, 9f], [2, 2])];
        float[] y = Models.Apply("BatchNormalization", 7, inputs, Models.Attribute("spatial", 0)).ToArray<float>();
        Assert.Equal([0f, 0.5f, 2f, 1f], y.Select(v => MathF.Round(v, 4)));
    }

    [Fact]
    public void MaxUnpool_PlaceNamedTwice_HoldsTheValueOnce()
    {
        Tensor[] inputs = [Tensor.From([7f, 7f, 2f], [1, 1, 3]), Tensor.From([1L, 1L, 3L], [1, 1, 3])];
        Assert.Equal([0f, 7f, 0f, 2f], Models.Apply("MaxUnpool", 11, inputs, Ints("kernel_shape", 2)).ToArray<float>());
    }

    [Fact]
    public void LpNormalization_Zeros_StayZeros()
        => Assert.Equal([0f, 0f, 0.6f, 0.8f], Models.Apply("LpNormalization", 22, [Tensor.From([0f, 0f, 3f, 4f], [2, 2])]).ToArray<float>().Select(v => MathF.Round(v, 6)));

    [Fact]
    public void Conv_Halves_AreComputedInF32()
    {
        Tensor x = Tensor.Full([1, 1, 40], 0.1).To(DType.F16), weight = Tensor.Full([1, 1, 40], 0.1).To(DType.F16);
        var y = Models.Apply("Conv", 11, [x, weight]);
        Assert.Equal(DType.F16, y.DType);
        Assert.Equal(0.4, y.To(DType.F64).Reshape(new Shape()).Item(), 5e-4);
    }

    [Theory]
    [InlineData("AveragePool", "kernel_shape", 1L << 40, "window")]
    [InlineData("MaxPool", "pads", 1L << 30, "pads")]
    [InlineData("MaxPool", "strides", 0, "strides")]
    [InlineData("AveragePool", "dilations", -1, "dilations")]
    [InlineData("MaxPool", "kernel_shape", 9, "window of 9")]
    public void Window_BeyondReason_IsRefused(string op, string attribute, long value, string expected)
    {
        AttributeProto[] attributes = [.. new[] { Ints("kernel_shape", 2) }.Where(a => a.Name != attribute), attribute == "pads" ? Ints("pads", value, value) : Ints(attribute, value)];
        string message = Assert.Throws<OnnxException>(() => Models.Apply(op, 19, [Tensor.Zeros([1, 1, 8])], attributes)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ij,jk->ijj")]
    [InlineData("ij,jk->iz")]
    [InlineData("ij->i")]
    [InlineData("i,jk->ik")]
    [InlineData("i1,jk->ik")]
    [InlineData("ij,jk->ik->i")]
    public void Einsum_EquationThatDoesNotFit_IsRefused(string equation)
        => Assert.Throws<OnnxException>(() => Models.Apply("Einsum", 12, [Tensor.Zeros([2, 3]), Tensor.Zeros([3, 4])], Models.Attribute("equation", equation)));

    [Fact]
    public void MatMul_Integers_WrapAround()
    {
        Tensor[] inputs = [Tensor.From([int.MaxValue, 2], [1, 2]), Tensor.From([2, 3], [2, 1])];
        Assert.Equal([unchecked((int.MaxValue * 2) + 6)], Models.Apply("MatMul", 13, inputs).ToArray<int>());
    }

    private static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    private static AttributeProto Texts(string name, params string[] values)
        => new() { Name = name, Type = AttributeProto.Types.AttributeType.Strings, Strings = { values.Select(Google.Protobuf.ByteString.CopyFromUtf8) } };
}
