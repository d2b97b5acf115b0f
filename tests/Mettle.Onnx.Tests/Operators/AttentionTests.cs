namespace Mettle.Onnx.Tests.Operators;

/// <summary>Attention where the recorded cases have no example, or were recorded before the operator's definition was corrected.</summary>
public sealed class AttentionTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(9);

    [Fact]
    public void Attention_FewerKeysHeads_AreSharedByNeighbours()
    {
        Tensor q = Normal(0, 2, 6, 4, 8), k = Normal(1, 2, 2, 5, 8), v = Normal(2, 2, 2, 5, 3), mask = Normal(3, 2, 6, 4, 5);
        var shared = Models.Apply("Attention", 23, [q, k, v, mask]);
        var repeated = Models.Apply("Attention", 23, [q, Repeat(k), Repeat(v), mask]);
        Close(repeated, shared);

        static Tensor Repeat(Tensor x) => x.Unsqueeze(2).Broadcast(x.Shape.Insert(2, 3)).Reshape(x.Shape.With(1, 6));
    }

    [Fact]
    public void Attention_QueryThatMayLookAtNothing_GivesZeroAndFiniteGradients()
    {
        Tensor q = Normal(0, 1, 2, 3, 4).WithGrad(), k = Normal(1, 1, 2, 5, 4).WithGrad(), v = Normal(2, 1, 2, 5, 4).WithGrad();
        var mask = Tensor.From([true, false, true, true, false, false, false, false, false, false, true, true, true, true, true], [3, 5]);
        foreach (var (m, opset) in new[] { (mask, 23), (Tensor.Where(mask, 0, Tensor.Full([3, 5], double.NegativeInfinity)), 24) })
        {
            var y = Models.Apply("Attention", opset, [q, k, v, m]);
            var grads = Autograd.Grad(y.Square().Sum(), [q, k, v], retainGraph: true);
            Assert.Equal(0, y.Select(2, 1).Abs().Max().Item());
            Assert.NotEqual(0, y.Select(2, 0).Abs().Max().Item());
            Assert.All(grads, g => Assert.True(g!.IsFinite().All().ToArray<bool>()[0]));
        }
    }

    [Fact]
    public void Attention_CausalWithPast_ContinuesTheSequence()
    {
        Tensor q = Normal(0, 2, 3, 7, 4), k = Normal(1, 2, 3, 7, 4), v = Normal(2, 2, 3, 7, 4);
        var causal = Models.Attribute("is_causal", 1L);
        var whole = Models.Apply("Attention", 23, [q, k, v], causal);
        foreach (int cut in new[] { 2, 6 })
        {
            OnnxValue[] parts = [.. new[] { q.Narrow(2, cut), k.Narrow(2, cut), v.Narrow(2, cut), k.Narrow(2, 0, cut), v.Narrow(2, 0, cut) }.Select(OnnxValue.From)];
            var node = Models.Node("Attention", ["q", "k", "v", "", "pk", "pv"], ["y"], causal);
            var model = Models.Parse(Models.Of(23, ["q", "k", "v", "pk", "pv"], ["y"], node));
            string[] names = ["q", "k", "v", "pk", "pv"];
            var y = OnnxEvaluator.Run(model, names.Zip(parts).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal))[0];
            Close(whole.Narrow(2, cut), ((TensorValue)y).Tensor);
        }
    }

    [Fact]
    public void Attention_SoftcapAndMask_HidesWhatTheMaskHides()
    {
        Tensor q = Normal(0, 1, 1, 2, 4), k = Normal(1, 1, 1, 5, 4), v = Normal(2, 1, 1, 5, 4);
        var mask = Tensor.From([true, true, true, false, false], [1, 5]).Broadcast([2, 5]);
        var cap = Models.Attribute("softcap", 0.5f);
        Close(
            Models.Apply("Attention", 23, [q, k.Narrow(2, 0, 3), v.Narrow(2, 0, 3)], cap),
            Models.Apply("Attention", 23, [q, k, v, mask], cap));
    }

    [Fact]
    public void Attention_CausalOverAPaddedCache_CountsFromTheLastValidKey()
    {
        Tensor q = Normal(0, 2, 1, 2, 4), k = Normal(1, 2, 1, 6, 4), v = Normal(2, 2, 1, 6, 4);
        var node = Models.Node("Attention", ["q", "k", "v", "", "", "", "n"], ["y"], Models.Attribute("is_causal", 1L));
        var model = Models.Parse(Models.Of(24, ["q", "k", "v", "n"], ["y"], node));
        var y = ((TensorValue)OnnxEvaluator.Run(model, new Dictionary<string, OnnxValue>(StringComparer.Ordinal)
        {
            ["q"] = OnnxValue.From(q),
            ["k"] = OnnxValue.From(k),
            ["v"] = OnnxValue.From(v),
            ["n"] = OnnxValue.From(Tensor.From([5L, 1])),
        })[0]).Tensor;

        // Five keys: the two queries see four and five. One key: the first sees none, the second that one.
        for (int i = 0; i < 2; i++)
        {
            var one = Models.Apply("Attention", 24, [q.Narrow(0, 0, 1).Narrow(2, i, i + 1), k.Narrow(0, 0, 1).Narrow(2, 0, 4 + i), v.Narrow(0, 0, 1).Narrow(2, 0, 4 + i)]);
            Close(one, y.Narrow(0, 0, 1).Narrow(2, i, i + 1));
        }

        Assert.Equal(0, y.Narrow(0, 1).Narrow(2, 0, 1).Abs().Max().Item());
        Close(v.Narrow(0, 1).Narrow(2, 0, 1), y.Narrow(0, 1).Narrow(2, 1));
    }

    [Fact]
    public void RotaryEmbedding_Turning_KeepsLengths()
    {
        var x = Normal(0, 2, 3, 5, 8);
        var angle = Normal(1, 16, 4);
        var ids = Tensor.From([0L, 3, 15, 7, 1, 2, 2, 9, 11, 4], [2, 5]);
        foreach (long woven in new[] { 0L, 1 })
        {
            var y = Models.Apply("RotaryEmbedding", 23, [x, angle.Cos(), angle.Sin(), ids], Models.Attribute("interleaved", woven));
            Close(x.Square().Sum(3), y.Square().Sum(3));
            Assert.True((y - x).Abs().Max().Item() > 0.1);
        }
    }

    private static Tensor Normal(int index, params int[] dims) => Tensor.Normal(Key.At(index), new Shape(dims));

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.True((expected - actual).Abs().Max().Item() < 1e-5, $"{expected} against {actual}");
    }
}
