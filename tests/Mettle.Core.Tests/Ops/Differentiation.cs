using Mettle;

namespace Mettle.Core.Tests.Ops;

/// <summary>Checks of derivatives and batching rules that hold for any function of tensors.</summary>
internal static class Differentiation
{
    private static readonly RandomKey Key = RandomKey.FromSeed(11);

    public static Tensor Draw(int index, params int[] shape) => Tensor.Normal(Key.At(index), new Shape(shape), dtype: DType.F64);

    /// <summary>
    /// First and second derivative along a random direction against central differences. The function is contracted with a
    /// cubic, so that its own second derivatives and those of its gradient both count.
    /// </summary>
    public static void Check(Func<Tensor[], Tensor> f, params Tensor[] inputs)
    {
        Tensor Loss(Tensor[] x)
        {
            var y = f(x);
            var weights = Tensor.Normal(Key.At(1000), y.Shape, dtype: DType.F64);
            return ((y * y * 0.5) + y).Mul(weights).Sum();
        }

        var direction = inputs.Select((x, i) => Tensor.Normal(Key.At(2000 + i), x.Shape, dtype: DType.F64)).ToArray();
        double h = 1e-5;
        Tensor[] Moved(double step) => [.. inputs.Select((x, i) => (x + (direction[i] * step)).Detach())];
        double Slope(Tensor[] at, Tensor[] along)
        {
            var leaves = at.Select(x => x.WithGrad()).ToArray();
            var grads = Autograd.Grad(Loss(leaves), leaves);
            return grads.Select((g, i) => g is null ? 0 : (g * along[i]).Sum().Item()).Sum();
        }

        double first = (Loss(Moved(h)).Item() - Loss(Moved(-h)).Item()) / (2 * h);
        double analytic = Slope(inputs, direction);
        Assert.Equal(first, analytic, 1e-6 * Math.Max(1, Math.Abs(first)));

        var second = inputs.Select((x, i) => Tensor.Normal(Key.At(3000 + i), x.Shape, dtype: DType.F64)).ToArray();
        double curvature = (Slope(Moved(h), second) - Slope(Moved(-h), second)) / (2 * h);
        var at = inputs.Select(x => x.WithGrad()).ToArray();
        var products = Transforms.Hvp(Loss(at), at, direction);
        double product = products.Select((p, i) => (p * second[i]).Sum().Item()).Sum();
        Assert.Equal(curvature, product, 2e-6 * Math.Max(1, Math.Abs(curvature)));
    }

    /// <summary>A batched call equals a loop, for every choice of batched inputs.</summary>
    public static void CheckVmap(Func<Tensor[], Tensor> f, params Tensor[] inputs)
    {
        const int Size = 3;
        for (int mask = 1; mask < 1 << inputs.Length; mask++)
        {
            var batched = inputs.Select((_, i) => (mask & (1 << i)) != 0).ToArray();
            var all = inputs.Select((x, i) => batched[i] ? Tensor.Normal(Key.At(4000 + i), x.Shape.Insert(0, Size), dtype: DType.F64) : x).ToArray();
            var together = Transforms.Vmap(x => [f(x)], all, batched)[0];
            for (int b = 0; b < Size; b++)
            {
                var alone = f([.. all.Select((x, i) => batched[i] ? x.Select(0, b) : x)]);
                TorchComparison.Same($"slice {b}, batched {string.Join(",", batched)}", alone, together.Select(0, b), 1e-13);
            }
        }
    }

    private static Tensor Mul(this Tensor a, Tensor b) => a * b;
}
