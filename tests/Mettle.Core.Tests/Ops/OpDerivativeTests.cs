using Mettle;

namespace Mettle.Core.Tests.Ops;

/// <summary>Derivatives, batching and bits of the indexing, sorting and composite ops on their own samples.</summary>
public sealed class OpDerivativeTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(11);

    public static TheoryData<string, string> Samples => Titles(_ => true);

    public static TheoryData<string, string> Differentiables => Titles(s => Active(s, Inputs(s, DType.F64)).Length > 0);

    [Theory]
    [MemberData(nameof(Differentiables))]
    public void Gradient_AlongRandomDirection_MatchesFiniteDifferences(string op, string title)
    {
        var sample = Find(op, title);
        var inputs = Inputs(sample, DType.F64);
        var active = Active(sample, inputs);
        var directions = active.Select(i => Tensor.Normal(Key.At(100 + i), inputs[i].Shape, dtype: DType.F64)).ToArray();
        Tensor Value(double t) => Objective(sample, Shifted(inputs, active, directions, t));

        const double H = 1e-4;
        double slope = ((8 * (Value(H) - Value(-H)).Item()) - (Value(2 * H) - Value(-2 * H)).Item()) / (12 * H);
        Assert.Equal(slope, Slope(sample, inputs, active, directions, 0), 1e-6 * Math.Max(1, Math.Abs(slope)));
    }

    [Theory]
    [MemberData(nameof(Differentiables))]
    public void SecondOrder_AlongRandomDirection_MatchesFiniteDifferences(string op, string title)
    {
        var sample = Find(op, title);
        var inputs = Inputs(sample, DType.F64);
        var active = Active(sample, inputs);
        var directions = active.Select(i => Tensor.Normal(Key.At(100 + i), inputs[i].Shape, dtype: DType.F64)).ToArray();
        var leaves = Shifted(inputs, active, directions, 0);
        foreach (int i in active)
        {
            leaves[i] = leaves[i].WithGrad();
        }

        var hvp = Transforms.Hvp(Objective(sample, leaves), [.. active.Select(i => leaves[i])], directions);
        double curvature = hvp.Zip(directions, (h, v) => (h * v).Sum().Item()).Sum();
        const double H = 1e-4;
        double D(double t) => Slope(sample, inputs, active, directions, t);
        double expected = ((8 * (D(H) - D(-H))) - (D(2 * H) - D(-2 * H))) / (12 * H);
        Assert.Equal(expected, curvature, 1e-6 * Math.Max(1, Math.Abs(expected)));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Vmap_OverAnySubsetOfInputs_EqualsLoop(string op, string title)
    {
        var sample = Find(op, title);
        var single = Inputs(sample, DType.F64);
        for (int mask = 1; mask < 1 << single.Length; mask++)
        {
            var batched = Enumerable.Range(0, single.Length).Select(i => (mask & (1 << i)) != 0).ToArray();
            var inputs = single.Select((t, i) => batched[i] ? Tensor.Stack(0, [.. Enumerable.Range(0, 3).Select(b => Input(sample.Inputs[i], DType.F64, (10 * b) + i))]) : t).ToArray();
            var together = Transforms.Vmap(x => sample.Op.ApplyAll(x), inputs, batched);
            for (int b = 0; b < 3; b++)
            {
                var one = sample.Op.ApplyAll([.. inputs.Select((t, i) => batched[i] ? t.Select(0, b) : t)]);
                for (int k = 0; k < one.Length; k++)
                {
                    var expected = one[k].To(DType.F64).ToArray<double>();
                    var actual = together[k].Select(0, b).To(DType.F64).ToArray<double>();
                    Assert.Equal(one[k].Shape, together[k].Shape.Remove(0));
                    Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-9 * Math.Max(1, Math.Abs(p.First))));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Bits_OneOrTwoThreadsAndStridedInputs_AreTheSame(string op, string title)
    {
        var sample = Find(op, title);
        var inputs = Inputs(sample, DType.F32);
        int before = Scheduler.Threads;
        try
        {
            Scheduler.Threads = 1;
            var one = Bits(sample, inputs);
            Scheduler.Threads = 2;
            Assert.Equal(one, Bits(sample, inputs));
            Assert.Equal(one, Bits(sample, [.. inputs.Select(Reversed)]));
        }
        finally
        {
            Scheduler.Threads = before;
        }
    }

    [Fact]
    public void Apply_BadInput_NamesOpAndOperands()
    {
        foreach (var row in Rows())
        {
            foreach (var error in row.Errors())
            {
                Assert.Contains(error.Message, Assert.ThrowsAny<Exception>(error.Call).Message);
            }
        }
    }

    // The same values with the memory order of the axes turned round.
    private static Tensor Reversed(Tensor t)
    {
        var order = Enumerable.Range(0, t.Rank).Reverse().ToArray();
        return t.Rank < 2 ? t : t.Permute(order).Contiguous().Permute(order);
    }

    private static byte[] Bits(OpSample sample, Tensor[] inputs)
    {
        var leaves = inputs.Select((t, i) => Differentiable(sample, i, t) ? t.WithGrad() : t).ToArray();
        var outputs = sample.Op.ApplyAll(leaves);
        var bytes = outputs.SelectMany(y => y.ToBytes()).ToList();
        var active = leaves.Where(l => l.RequiresGrad).ToArray();
        if (active.Length > 0 && outputs[0].RequiresGrad)
        {
            var seed = Tensor.Normal(Key.At(55), outputs[0].Shape);
            bytes.AddRange(Autograd.Grad(outputs[0], active, seed).SelectMany(g => g?.ToBytes() ?? []));
        }

        return [.. bytes];
    }

    private static IEnumerable<OpInfo> Rows() => OpTable.All.Where(r => r.Type.Name is
        "Concat" or "Gather" or "IndexAdd" or "IndexSelect" or "OneHot" or "ScatterAdd" or "Pad" or "CumSum" or "Sort" or "ArgMax"
        or "ArgMin" or "LogSumExp" or "CrossEntropy" or "Gelu" or "GeluTanh" or "Silu" or "Softplus" or "LogSoftmax" or "Softmax"
        or "Not" or "And" or "Or");

    private static TheoryData<string, string> Titles(Func<OpSample, bool> choose)
    {
        var data = new TheoryData<string, string>();
        foreach (var row in Rows())
        {
            foreach (var sample in row.Samples().Where(choose))
            {
                data.Add(row.Name, sample.Title);
            }
        }

        return data;
    }

    private static OpSample Find(string op, string title) => Rows().Single(r => r.Name == op).Samples().Single(s => s.Title == title);

    private static bool Differentiable(OpSample sample, int i, Tensor t)
        => t.DType.IsFloat() && (sample.Differentiable is null || sample.Differentiable.Contains(i));

    private static int[] Active(OpSample sample, Tensor[] inputs)
        => [.. Enumerable.Range(0, inputs.Length).Where(i => Differentiable(sample, i, inputs[i]) && inputs[i].Count > 0)];

    private static Tensor[] Shifted(Tensor[] inputs, int[] active, Tensor[] directions, double t)
    {
        var all = inputs.ToArray();
        for (int k = 0; k < active.Length; k++)
        {
            all[active[k]] = inputs[active[k]] + (directions[k] * t);
        }

        return all;
    }

    // A fixed combination of the differentiable results, bent so that second derivatives see linear ops too.
    private static Tensor Objective(OpSample sample, Tensor[] inputs)
    {
        var y = sample.Op.ApplyAll(inputs)[0];
        return y.DType.IsFloat() ? (y.Tanh() * Tensor.Normal(Key.At(77), y.Shape, dtype: DType.F64)).Sum() : Tensor.Scalar(0, DType.F64);
    }

    private static double Slope(OpSample sample, Tensor[] inputs, int[] active, Tensor[] directions, double t)
    {
        var leaves = Shifted(inputs, active, directions, t);
        foreach (int i in active)
        {
            leaves[i] = leaves[i].WithGrad();
        }

        var grads = Autograd.Grad(Objective(sample, leaves), [.. active.Select(i => leaves[i])]);
        return grads.Zip(directions, (g, v) => (g! * v).Sum().Item()).Sum();
    }

    private static Tensor[] Inputs(OpSample sample, DType dtype) => [.. sample.Inputs.Select((s, i) => Input(s, dtype, i))];

    private static Tensor Input(SampleInput input, DType dtype, int index)
    {
        var key = Key.At(index);
        int n = (int)input.Shape.Count;
        return input.Fill switch
        {
            Fill.Index => Tensor.From(Enumerable.Range(0, n).Select(i => (long)key.Below(input.Bound, (ulong)i)).ToArray(), input.Shape),
            Fill.Bits => Tensor.From(Enumerable.Range(0, n).Select(i => key.Below(2, (ulong)i) == 1).ToArray(), input.Shape),
            Fill.Distinct => Tensor.From(key.Permutation(n).Select(i => (i - (n / 2)) * 0.07).ToArray(), input.Shape).To(dtype),
            Fill.Positive => Tensor.Uniform(key, input.Shape, 0.5, 2, dtype),
            _ => Tensor.Normal(key, input.Shape, dtype: dtype),
        };
    }
}
