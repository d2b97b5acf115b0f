using Mettle.Graphs.Quantization;

namespace Mettle.Graphs.Tests.Quantization;

/// <summary>Two convolutions with rectifiers, a pooling between them, and a product: weights drawn, not trained.</summary>
internal static class SmallNet
{
    public static Graph Trace(int batch = 1)
    {
        var key = RandomKey.FromSeed(11);
        Tensor Weights(int i, params int[] shape) => Tensor.Normal(key.At(i), new Shape(shape), 0, Math.Sqrt(2.0 * shape[0] / new Shape(shape).Count));
        Tensor first = Weights(1, 8, 1, 3, 3), second = Weights(2, 16, 8, 3, 3), last = Weights(3, 10, 576), bias = Tensor.Normal(key.At(4), [16]) * 0.1;
        var conv = new Conv([1, 1], [1, 1], [1, 1]);
        return Graph.Trace(
            x =>
            {
                var y = new MaxPool(2, 2, 0, 1).ApplyAll(conv.Apply(x[0], first).Relu())[0];
                y = conv.Apply(y, second, bias).Relu();
                return [y.Reshape(new Shape([batch, 576])).Affine(last)];
            },
            new Value(new TensorSpec([batch, 1, 12, 12], DType.F32), "image"));
    }

    public static IReadOnlyList<Tensor[]> Batches(int count, int batch = 1)
        => [.. Enumerable.Range(0, count).Select(i => new[] { Tensor.Normal(RandomKey.FromSeed(12).At(i), [batch, 1, 12, 12]) })];

    /// <summary>Settings under which neither clock nor error decides.</summary>
    public static QuantizationSettings Any { get; } = new() { MinSpeedup = 0, MinSignalToNoise = -100, MinAgreement = 0 };
}
