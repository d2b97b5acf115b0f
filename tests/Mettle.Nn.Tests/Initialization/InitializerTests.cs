namespace Mettle.Nn.Tests;

public sealed class InitializerTests : IDisposable
{
    private static readonly RandomKey Key = RandomKey.FromSeed(11);
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    public static TheoryData<string, double> Deviations => new()
    {
        { "he_normal", Math.Sqrt(2.0 / (30 * 9)) },
        { "he_uniform", Math.Sqrt(2.0 / (30 * 9)) },
        { "he_fan_out", Math.Sqrt(2.0 / (200 * 9)) },
        { "xavier_normal", Math.Sqrt(2.0 / (230 * 9)) },
        { "xavier_uniform", Math.Sqrt(2.0 / (230 * 9)) },
        { "normal", 0.02 },
    };

    [Theory]
    [MemberData(nameof(Deviations))]
    public void Create_Kernel_HasTheDeviationOfTheFormula(string word, double expected)
    {
        var w = Initializers.ByWord[word].Create([200, 30, 3, 3], Key);
        Assert.Equal(expected, Math.Sqrt(w.Var([]).Item()), expected * 0.01);
        Assert.Equal(0, w.Mean().Item(), expected * 0.02);
    }

    [Theory]
    [InlineData(7, 20)]
    [InlineData(20, 7)]
    [InlineData(12, 12)]
    public void Orthogonal_AnyShape_HasOrthonormalShorterSide(int rows, int columns)
    {
        var w = new Orthogonal(2).Create([rows, columns], Key).To(DType.F64);
        var product = rows <= columns ? w.MatMul(w.Transpose()) : w.Transpose().MatMul(w);
        int n = Math.Min(rows, columns);
        double[] gram = product.ToArray<double>();
        for (int i = 0; i < n * n; i++)
        {
            Assert.Equal(i % (n + 1) == 0 ? 4 : 0, gram[i], 1e-6);
        }
    }

    [Fact]
    public void TruncatedNormal_Many_StayInsideTheCut()
    {
        var w = new TruncatedNormal(1, 0.5, 2).Create([50_000], Key).ToArray<float>();
        Assert.All(w, v => Assert.InRange(v, -1e-6f, 2 + 1e-6f));

        // Deviation of a normal cut at 2: 0.8796.
        Assert.Equal(0.5 * 0.8796, Math.Sqrt(w.Average(v => Math.Pow(v - w.Average(), 2))), 0.005);
    }

    [Fact]
    public void Default_Linear_IsUniformWithinOneOverRootFan()
    {
        var state = new Linear(400, 300).Initialize(Key).StateDict();
        foreach (string key in new[] { "weight", "bias" })
        {
            float[] w = state[key].ToArray<float>();
            Assert.InRange(w.Max(), 0.049, 0.05);
            Assert.InRange(w.Min(), -0.05, -0.049);
        }
    }

    [Fact]
    public void Lsuv_DeepTanh_GivesEveryLayerUnitVariance()
    {
        var layers = Enumerable.Range(0, 20).SelectMany(i => new Module[] { new Linear(i == 0 ? 8 : 30, 30), Activation.Of("relu") }).ToArray();
        var batch = Tensor.Normal(Key.For("batch"), [256, 8], 3, 2);
        var net = Lsuv.Initialize(new Sequential(layers), [batch], Key);
        var variances = new Dictionary<string, double>();
        using (ActivationWatch.Install((path, y) => variances[path] = y.Var([], 0).Item()))
        {
            net.Forward(batch, Pass.Eval);
        }

        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(1, variances[$"{2 * i}"], 0.03));
    }

    [Fact]
    public void Fixup_ResidualNet_StartsAsTheIdentityThroughEveryBranch()
    {
        var x = Tensor.Normal(Key.For("x"), [4, 6]);
        var blocks = Enumerable.Range(0, 9).Select(_ => new Residual(new Sequential(new Linear(6, 6), Activation.Of("relu"), new Linear(6, 6, bias: false)))).ToArray<Module>();
        var body = new Sequential(blocks);
        var net = Fixup.Initialize(new Sequential(body, new Linear(6, 2)), Key);

        Assert.Equal(x.ToArray<float>(), body.Forward(x, Pass.Eval).ToArray<float>());
        Assert.All(net.StateDict()["1.weight"].ToArray<float>(), v => Assert.Equal(0, v));

        // L = 9 branches of m = 2 weights: He's deviation times 9^(-1/2).
        double deviation = Math.Sqrt(blocks.Average(b => b.Parameters.First().Value.Square().Mean().Item()));
        Assert.Equal(Math.Sqrt(2.0 / 6) / 3, deviation, 0.02);
    }

    [Fact]
    public void Fixup_PlainNet_Throws()
        => Assert.Throws<InvalidOperationException>(() => Fixup.Initialize(new Sequential(new Linear(2, 2)), Key));
}
