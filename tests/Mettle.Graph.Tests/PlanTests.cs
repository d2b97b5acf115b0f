using Mettle.Core.Tests;

namespace Mettle.Graphs.Tests;

public sealed class PlanTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(8);

    public static TheoryData<string> Models => [.. Bodies.Keys];

    private static Dictionary<string, (Shape Input, Func<Tensor, Tensor[]> Body)> Bodies { get; } = Make();

    [Theory]
    [MemberData(nameof(Models))]
    public void Run_AgainAndAgain_GivesTheBitsOfTheOpsOneByOne(string model)
    {
        using var scope = MemoryScope.Begin();
        var (shape, body) = Bodies[model];
        var graph = Graph.Trace(x => body(x[0]), new Value(new TensorSpec(shape, DType.F32)));
        var plan = Plan.Compile(graph);
        for (int i = 0; i < 3; i++)
        {
            using var call = MemoryScope.Begin();
            using var quiet = Autograd.NoGrad();
            var x = Tensor.Normal(Key.At(i), shape);

            var actual = plan.Run(x);

            var expected = body(x);
            Assert.Equal(expected.Length, actual.Length);
            for (int k = 0; k < expected.Length; k++)
            {
                Assert.Equal(expected[k].ToBytes(), actual[k].ToBytes());
            }
        }
    }

    [Fact]
    public void Compile_ChainOfOps_SharesMemoryAmongValues()
    {
        using var scope = MemoryScope.Begin();
        var graph = Graph.Trace(x => [x[0].Softmax().CumSum(1).Softmax().CumSum(1).Softmax().CumSum(1)], new Value(new TensorSpec([1, 1000], DType.F32)));

        var plan = Plan.Compile(graph);

        Assert.Equal(6, plan.Steps);
        Assert.InRange(plan.WorkspaceBytes, 8000, 8300);
    }

    [Fact]
    public void Compile_ElementwiseOpsInARow_AreOneStepThatNeedsMemoryForItsResultsOnly()
    {
        using var scope = MemoryScope.Begin();
        var graph = Graph.Trace(x => [(x[0].Exp().Sin() * x[0]).Tanh().Cos() + 2], new Value(new TensorSpec([1000], DType.F32)));

        var plan = Plan.Compile(graph);

        Assert.Equal(1, plan.Steps);
        Assert.InRange(plan.WorkspaceBytes, 8000, 8300);
        Assert.Equal(["exp", "sin", "mul", "tanh", "cos", "add"], Assert.Single(plan.Profile(1, Tensor.Ones([1000]))).Nodes.Select(n => n.Op.Name));
    }

    [Fact]
    public void Run_WithOutputs_AllocatesNothing()
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Normal(Key.For("w"), [16, 24]).AsParameter();
        var filters = (Tensor.Normal(Key.For("filters"), [8, 8, 3, 3]) * 0.2).Persist();
        var body = (Tensor x) =>
        {
            var y = x.Affine(w).Relu().Softmax().Reshape(1, 1, 8, 8);
            var z = new Concat(1).ApplyAll(Enumerable.Repeat(y, 8).ToArray())[0].Conv2d(filters, padding: 1).Conv2d(filters, padding: 1).MaxPool2d(2);
            return new Pad([0, 0, 1, 0], [0, 0, 0, 1], 2).Apply(z).Sum(2, 3);
        };
        var graph = Graph.Trace(x => [body(x[0])], new Value(new TensorSpec([4, 24], DType.F32)));
        var plan = Plan.Compile(graph);
        Tensor[] x = [Tensor.Normal(Key, [4, 24])], y = [Tensor.Zeros([1, 8])];

        Assert.Equal(0, Allocation.OfEach(() => plan.Run(x, y)));
    }

    [Fact]
    public void Run_FromManyThreadsAtOnce_GivesEachItsOwnAnswer()
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Normal(Key.For("w"), [16, 24]).AsParameter();
        var plan = Plan.Compile(Graph.Trace(x => [x[0].Affine(w).Tanh().Sum(1)], new Value(new TensorSpec([4, 24], DType.F32))));

        var failures = new System.Collections.Concurrent.ConcurrentBag<string>();
        var threads = Enumerable.Range(0, 8).Select(t => new Thread(() => Check(t))).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());

        Assert.Empty(failures);

        void Check(int thread)
        {
            for (int i = 0; i < 200; i++)
            {
                using var call = MemoryScope.Begin();
                using var quiet = Autograd.NoGrad();
                var x = Tensor.Normal(Key.For("x").At(thread).At(i), [4, 24]);
                if (!plan.Run(x)[0].ToBytes().AsSpan().SequenceEqual(x.Affine(w).Tanh().Sum(1).ToBytes()))
                {
                    failures.Add($"thread {thread}, call {i}");
                }
            }
        }
    }

    [Fact]
    public void Run_AfterAnOptimiserWrote_SeesTheNewWeights()
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Ones([3, 2]).AsParameter();
        var plan = Plan.Compile(Graph.Trace(x => [x[0].Affine(w)], new Value(new TensorSpec([1, 2], DType.F32))));
        var x = Tensor.Ones([1, 2]);
        Assert.Equal([2f, 2, 2], plan.Run(x)[0].ToArray<float>());
        plan.Run(x);

        w.MutableSpan<float>().Fill(5);

        Assert.Equal([10f, 10, 10], plan.Run(x)[0].ToArray<float>());
    }

    [Fact]
    public void Run_WrongShapes_NamesThem()
    {
        using var scope = MemoryScope.Begin();
        var plan = Plan.Compile(Graph.Trace(x => [x[0].Exp()], new Value(new TensorSpec([3], DType.F32), "x")));

        var error = Assert.Throws<ArgumentException>(() => plan.Run(Tensor.Ones([4])));

        Assert.Contains("input 0 (x) must be f32[3], got f32[4]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Profile_GivesATimeForEveryStep()
    {
        using var scope = MemoryScope.Begin();
        var plan = Plan.Compile(Graph.Trace(x => [x[0].Exp().Sum(0).Sin()], new Value(new TensorSpec([50000], DType.F32))));

        var profile = plan.Profile(3, Tensor.Ones([50000]));

        Assert.Equal(["exp", "sum", "sin"], profile.Select(p => p.Node.Op.Name));
        Assert.All(profile, p => Assert.True(p.Seconds > 0));
    }

    private static Dictionary<string, (Shape, Func<Tensor, Tensor[]>)> Make()
    {
        Tensor Weight(string name, params int[] dims) => (Tensor.Normal(Key.For(name), new Shape(dims)) * 0.3).Persist();
        var filters = Weight("filters", 8, 3, 3, 3);
        var shift = Weight("shift", 8);
        var dense = Weight("dense", 10, 8 * 4 * 4);
        var token = Weight("token", 36, 12);
        var (inputs, states) = (Weight("inputs", 20, 6), Weight("states", 20, 5));
        return new()
        {
            ["convolutions"] = ([2, 3, 8, 8], x =>
            {
                var y = x.Conv2d(filters, shift, padding: 1).Relu().MaxPool2d(2);
                return [y.Flatten(1).Affine(dense).Softmax(), y.GlobalAvgPool2d()];
            }
            ),
            ["attention"] = ([2, 5, 12], x =>
            {
                var qkv = x.Reshape(10, 12).Affine(token).Reshape(2, 5, 3, 2, 6).Permute(2, 0, 3, 1, 4);
                var y = Tensor.ScaledDotProductAttention(qkv.Select(0, 0), qkv.Select(0, 1), qkv.Select(0, 2));
                return [y.Permute(0, 2, 1, 3).Reshape(2, 5, 12).LayerNorm()];
            }
            ),
            ["views and constants"] = ([4, 6], x => [x.Transpose(0, 1).Narrow(0, 1, 5).Reshape(16) * 2, x, Tensor.Ones([2]), x.Flip(1), x.Split(1, 2, 4)[1]]),
            ["recurrent"] = ([3, 2, 6], x => [.. LstmSequence.Instance.ApplyAll(x, Tensor.Zeros([2, 5]), Tensor.Zeros([2, 5]), inputs, states).Take(2)]),
            ["integers"] = ([3, 4], x => [x.ArgMax(), x.To(DType.I32) + Tensor.Arange(4, DType.I32), x.Sort().Indices, x > 0]),
            ["elementwise chain"] = ([6, 700], x =>
            {
                var row = x.Max(1).Unsqueeze(1);
                var y = ((x - row).Exp() * Weight("scales", 700)).To(DType.F64);
                var z = Tensor.Where(y > 0.1, y, y.Sqrt() + 1).To(DType.F32);
                return [z + x.Transpose().Contiguous().Transpose(), z.Gelu().Reshape(60, 70) * 2, y, (z.Transpose() + 1).Silu() * x.Transpose()];
            }
            ),
            ["long elementwise chain"] = ([3, 40, 1000], x =>
            {
                var y = x;
                for (int i = 0; i < 30; i++)
                {
                    y = (y * Weight("column", 40, 1)) + x.Narrow(0, 0, 1).Tanh();
                }

                return [y, y.Permute(2, 0, 1).Sigmoid() * y.Permute(2, 0, 1)];
            }
            ),
            ["channels beside channels"] = ([2, 40, 7, 9], x => [(x.Permute(0, 2, 3, 1).Contiguous().Permute(0, 3, 1, 2) * Weight("gain", 40, 1, 1)).Tanh() + 1, x.MaxPool2d(2), x.AvgPool2d(2)]),
            ["nothing in it"] = ([0, 4], x => [x.Exp(), x.Sum(0)]),
        };
    }
}
