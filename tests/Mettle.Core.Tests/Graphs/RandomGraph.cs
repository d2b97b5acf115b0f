namespace Mettle.Core.Tests.Graphs;

/// <summary>
/// A random expression over a few leaves: results used several times, views of results, results cut from the graph. What a
/// backward pass may free, and when, is different in each.
/// </summary>
internal sealed class RandomGraph(int seed, bool cuts = true)
{
    private const int Steps = 24;
    private readonly RandomKey key = RandomKey.FromSeed(77).At(seed);

    /// <summary>Three differentiable leaves of 4 x 4.</summary>
    public Tensor[] Leaves()
        => [.. Enumerable.Range(0, 3).Select(i => Tensor.Normal(key.For("leaf").At(i), [4, 4], 0, 0.7, DType.F64).WithGrad())];

    /// <summary>The scalar at the end; <paramref name="cut"/> receives the detached results.</summary>
    public Tensor Build(Tensor[] leaves, List<Tensor>? cut = null)
    {
        var pool = new List<Tensor>(leaves);
        for (int step = 0; step < Steps; step++)
        {
            var k = key.At(step);
            var a = pool[k.Below(pool.Count, 1)];
            var b = pool[k.Below(pool.Count, 2)];
            pool.Add(Next(k.Below(cuts ? 14 : 13, 3), a, b, cut));
        }

        // The last few, so that most of the graph counts but not all of it.
        return (pool[^1] + pool[^2] + pool[^3]).Square().Mean();
    }

    private static Tensor Next(int kind, Tensor a, Tensor b, List<Tensor>? cut)
    {
        switch (kind)
        {
            case 0:
                return a + b;
            case 1:
                return (a * b).Tanh();
            case 2:
                return a - b.Transpose();
            case 3:
                return a.MatMul(b.Transpose()) * 0.3;
            case 4:
                return a.Sigmoid() * b;
            case 5:
                return a.Narrow(1, 1, 3).Sum(1).Reshape(4, 1).Broadcast([4, 4]) * 0.5;
            case 6:
                return Tensor.Where(a > b, a, b * 0.5);
            case 7:
                return a.Reshape(2, 8).Permute(1, 0).Reshape(4, 4) + (b * 0.1);
            case 8:
                return a.Flip(0).Sin();
            case 9:
                return a / ((b * b) + 1);
            case 10:
                return a.Max(1).Reshape(4, 1) - b;
            case 11:
                return (a + a).Tanh() + a;
            case 12:
                return a.Select(0, 2).Reshape(1, 4) * b;
            default:
                var detached = a.Detach();
                cut?.Add(detached);
                return (detached * b).Tanh();
        }
    }
}
