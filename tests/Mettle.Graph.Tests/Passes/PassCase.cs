namespace Mettle.Graphs.Tests.Passes;

/// <summary>Small models before and after a pass.</summary>
internal static class PassCase
{
    public static RandomKey Key { get; } = RandomKey.FromSeed(21);

    public static Tensor Weight(string name, params int[] dims) => (Tensor.Normal(Key.For(name), new Shape(dims)) * 0.4).Persist();

    public static Graph Trace(Shape shape, Func<Tensor, Tensor[]> body) => Graph.Trace(x => body(x[0]), new Value(new TensorSpec(shape, DType.F32), "x"));

    /// <summary>The names of the ops, in order.</summary>
    public static string[] Ops(this Graph graph) => [.. graph.Nodes.Select(n => n.Op.Name)];

    /// <summary>Fails unless both graphs give the same, up to <paramref name="error"/> relative to the largest element; 0: the same bits.</summary>
    public static void AssertEqual(Graph expected, Graph actual, double error = 0)
    {
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        Tensor[] inputs = [.. expected.Inputs.Select((v, i) => Tensor.Normal(Key.At(i), v.Spec.Shape).To(v.Spec.DType))];
        var (before, after) = (expected.Apply(inputs), Plan.Compile(actual).Run(inputs));
        Assert.Equal(before.Length, after.Length);
        for (int k = 0; k < before.Length; k++)
        {
            Assert.Equal(before[k].Spec, after[k].Spec);
            if (error == 0)
            {
                Assert.Equal(before[k].ToBytes(), after[k].ToBytes());
                continue;
            }

            double[] a = before[k].To(DType.F64).ToArray<double>(), b = after[k].To(DType.F64).ToArray<double>();
            double largest = a.Max(Math.Abs);
            Assert.All(a.Zip(b), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, error * largest));
        }
    }
}
