using Mettle.Graphs.Passes;

namespace Mettle.Graphs.Tests.Quantization;

public sealed class IntegerKernelsTests
{
    private static readonly Tensor Step = Tensor.Scalar(0.25), Zero = Tensor.FromBytes([3], [], DType.U8);

    [Fact]
    public void Trace_OfDequantisedConstants_KeepsTheIntegers()
    {
        var weights = Tensor.FromBytes([1, 2, 255, 4], [2, 2], DType.I8);
        var graph = Graph.Trace(x => [x[0].MatMul(weights.Dequantize(Tensor.From([0.5f, 2f]), null, 0).Transpose())], new Value(new TensorSpec([3, 2], DType.F32)));

        var node = Assert.Single(graph.Nodes, n => n.Op is Dequantize);
        Assert.Equal(weights.ToBytes(), node.Inputs[0].Constant!.ToBytes());
        using var scope = MemoryScope.Begin();
        Assert.Equal([-1.5f, -18, 1, 8, 1.5f, 6], graph.Apply(Tensor.From([1f, -2f, 0, 1, 1, 1], [3, 2]))[0].ToArray<float>());
    }

    // All steps are powers of two and all sums small, so f32 is exact, ties at halves included: the integers must give the same bits.
    [Theory]
    [InlineData("conv")]
    [InlineData("rectified conv")]
    [InlineData("conv without bias")]
    [InlineData("padded conv")]
    [InlineData("depthwise")]
    [InlineData("product")]
    [InlineData("product and row")]
    [InlineData("rectified affine")]
    [InlineData("bounded conv")]
    public void ForInference_OfRoundedProducts_IsOneIntegerOpWithTheSameBits(string name)
    {
        using var scope = MemoryScope.Begin();
        bool image = !name.Contains("product", StringComparison.Ordinal) && !name.Contains("affine", StringComparison.Ordinal);
        Shape shape = image ? [2, 5, 7, 6] : [9, 21];
        var graph = Graph.Trace(x => [Rounded(Body(name, Levels(x[0])), Tensor.Scalar(2.0))], new Value(new TensorSpec(shape, DType.U8)));

        var lowered = graph.ForInference();

        var op = Assert.IsAssignableFrom<QuantizedProduct>(Assert.Single(lowered.Nodes).Op);
        Assert.Equal(5 + (name.Contains("without", StringComparison.Ordinal) || name == "product" ? 0 : 1), lowered.Nodes[0].Inputs.Count);
        Assert.Equal(name is "rectified conv" or "rectified affine", op.IsRectified);
        var x = Bytes(3, shape, DType.U8);
        Assert.Equal(graph.Apply(x)[0].ToBytes(), lowered.Apply(x)[0].ToBytes());
    }

    [Fact]
    public void ForInference_OfMovementsAndMaximaBetweenEqualSteps_StaysInLevels()
    {
        using var scope = MemoryScope.Begin();
        var graph = Graph.Trace(
            x =>
            {
                var y = Levels(x[0]);
                y = new MaxPool(2, 2, 0, 1).ApplyAll(Tensor.Concat(1, y, y))[0];
                return [y.Reshape(new Shape([2, 10, 9])).Permute(0, 2, 1).Quantize(Step, Zero)];
            },
            new Value(new TensorSpec([2, 5, 7, 6], DType.U8)));

        var lowered = graph.ForInference();

        Assert.Equal(["concat", "quantized_max_pool", "reshape", "permute"], lowered.Nodes.Select(n => n.Op.Name));
        var x = Bytes(3, [2, 5, 7, 6], DType.U8);
        Assert.Equal(graph.Apply(x)[0].ToBytes(), lowered.Apply(x)[0].ToBytes());
    }

    [Fact]
    public void ForInference_OfOtherSteps_RoundsAnew()
    {
        var graph = Graph.Trace(x => [Levels(x[0]).Reshape(-1).Quantize(Tensor.Scalar(0.5), Zero)], new Value(new TensorSpec([4, 3], DType.U8)));

        Assert.Contains(graph.ForInference().Nodes, n => n.Op is Quantize);
    }

    [Fact]
    public void Simplification_WithSameBits_KeepsTheOpsOneByOne()
    {
        var graph = Graph.Trace(x => [Body("conv", Levels(x[0]))], new Value(new TensorSpec([2, 5, 7, 6], DType.U8)));

        Assert.DoesNotContain(Simplification.Run(graph, fixedParameters: true, sameBits: true).Nodes, n => n.Op is QuantizedProduct);
    }

    private static Tensor Levels(Tensor x) => x.Dequantize(Step, Zero);

    private static Tensor Rounded(Tensor y, Tensor scale) => y.Quantize(scale, Tensor.FromBytes([100], [], DType.U8));

    private static Tensor Body(string name, Tensor x)
    {
        var filters = Bytes(4, [7, 5, 3, 3], DType.I8).Dequantize(Steps(7), null, 0);
        var matrix = Bytes(5, [11, 21], DType.I8).Dequantize(Steps(11), null, 0);
        var conv = new Conv([1, 1], [1, 1], [1, 1]);
        Tensor Bias(int n) => Tensor.FromBytes([.. Enumerable.Range(0, 4 * n).Select(i => (byte)(i % 4 > 1 ? 0 : i * 31))], [n], DType.I32).Dequantize(Steps(n) * 0.25, null, 0);
        return name switch
        {
            "conv" => conv.Apply(x, filters, Bias(7)),
            "rectified conv" => conv.Apply(x, filters, Bias(7)).Relu(),
            "bounded conv" => Tensor.Minimum(conv.Apply(x, filters, Bias(7)), Tensor.Scalar(1000.0)),
            "conv without bias" => conv.Apply(x, filters),
            "padded conv" => new Conv([2, 2], [0, 0], [1, 1]).Apply(x.Pad([0, 0, 1, 0], [0, 0, 0, 2]), filters, Bias(7)),
            "depthwise" => new Conv([1, 1], [1, 1], [1, 1], 5).Apply(x, Bytes(6, [5, 1, 3, 3], DType.I8).Dequantize(Steps(5), null, 0), Bias(5)),
            "product" => x.MatMul(matrix.Transpose()),
            "product and row" => x.MatMul(matrix.Transpose()) + Bias(11),
            _ => x.Affine(matrix, Bias(11)).Relu(),
        };
    }

    private static Tensor Steps(int n) => Tensor.From([.. Enumerable.Range(0, n).Select(i => i % 2 == 0 ? 0.5f : 0.25f)]);

    private static Tensor Bytes(int seed, Shape shape, DType type)
        => Tensor.FromBytes([.. Enumerable.Range(0, (int)shape.Count).Select(i => (byte)RandomKey.FromSeed((ulong)seed).Below(256, (ulong)i))], shape, type);
}
