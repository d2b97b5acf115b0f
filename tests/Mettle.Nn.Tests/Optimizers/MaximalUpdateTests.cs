namespace Mettle.Nn.Tests;

public sealed class MaximalUpdateTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(11);

    // A rate is multiplied by the case's pace, the second argument.
    private static readonly Dictionary<string, (UpdateKind Kind, Func<IReadOnlyList<ParameterGroup>, double, Optimizer> Make)> Optimizers = new()
    {
        ["sgd"] = (UpdateKind.Gradient, (g, k) => new Sgd(g, 0.05 * k, 0.9)),
        ["adam"] = (UpdateKind.Elementwise, (g, k) => new Adam(g, 0.002 * k)),
        ["lion"] = (UpdateKind.Decoupled, (g, k) => new Lion(g, 0.002 * k)),
        ["lamb"] = (UpdateKind.Layerwise, (g, k) => new Lamb(g, 0.01 * k)),
        ["muon"] = (UpdateKind.Orthogonal, (g, k) => new Muon(g, 0.01 * k, adamRate: 0.002 * k)),
    };

    public static TheoryData<string, string> Common => new(WidthCases.All.SelectMany(c => new[] { (c, "sgd"), (c, "adam") }));

    public static TheoryData<string, string> Others
        => new(new[] { "mlp", "mlp residual", "cnn", "text-cnn", "rnn gru", "transformer" }.SelectMany(c => new[] { (c, "lion"), (c, "lamb"), (c, "muon") }));

    [Theory]
    [MemberData(nameof(Common))]
    [MemberData(nameof(Others))]
    public void Powers_UnderMaximalUpdate_NoLayerFollowsTheWidth(string architecture, string optimizer)
        => Assert.All(Powers(architecture, optimizer, scaled: true), p => Assert.InRange(p.Value, -0.35, 0.35));

    [Theory]
    [MemberData(nameof(Common))]
    public void Powers_InTheStandardParametrisation_SomeLayersFollowTheWidth(string architecture, string optimizer)
    {
        var powers = Powers(architecture, optimizer, scaled: false).Values;
        Assert.True(Math.Max(powers.Max(), 0) - Math.Min(powers.Min(), 0) > 0.4, $"Powers are {string.Join(", ", powers.Select(p => $"{p:0.00}"))}.");
    }

    [Fact]
    public void Powers_StrongWeightDecay_NeedsDecaysThatFollowTheWidth()
    {
        var check = WidthCases.Of("mlp");
        var followed = check.Powers(UpdateKind.Gradient, g => new Sgd(g, 0.05, 0.9), scaled: true, weightDecay: 1);
        var fixedDecay = check.Powers(UpdateKind.Gradient, g => new Sgd([.. g.Select(p => p with { WeightDecay = 1 })], 0.05, 0.9), scaled: true);
        Assert.All(followed, p => Assert.InRange(p.Value, -0.2, 0.2));
        Assert.Contains(fixedDecay, p => p.Value < -0.25);
    }

    [Theory]
    [InlineData("adam")]
    [InlineData("sgd")]
    [InlineData("muon")]
    public void Groups_AtTheBaseWidth_ChangeNoBit(string optimizer)
    {
        var model = WidthCases.Model("mlp uneven", 32).Initialize(Key);
        var before = model.StateDict().ToDictionary(p => p.Key, p => p.Value.ToArray<float>());
        var rules = new MaximalUpdate(model, WidthCases.Model("mlp uneven", 32).Initialize(Key));
        rules.ScaleFirstWeights();
        Assert.All(model.StateDict(), p => Assert.Equal(before[p.Key], p.Value.ToArray<float>()));
        Assert.All(rules.Groups(Optimizers[optimizer].Kind, 0.1), g => Assert.Equal((1, 0.1), (g.RateScale, g.WeightDecay)));
    }

    // Table 3 of the paper; input weight and bias, hidden weight and bias, output weight and bias.
    [Theory]
    [InlineData(UpdateKind.Gradient, new[] { 4, 4, 1, 4, 0.25, 1 }, new[] { 0.25, 0.25, 1, 0.25, 4, 1 })]
    [InlineData(UpdateKind.Elementwise, new[] { 1, 1, 0.25, 1, 0.25, 1 }, new[] { 0.25, 0.25, 1, 0.25, 4, 1 })]
    [InlineData(UpdateKind.Decoupled, new[] { 1, 1, 0.25, 1, 0.25, 1 }, new double[] { 1, 1, 4, 1, 4, 1 })]
    [InlineData(UpdateKind.Layerwise, new[] { 1, 1, 0.5, 1, 1, 1 }, new double[] { 1, 1, 4, 1, 4, 1 })]
    [InlineData(UpdateKind.Orthogonal, new[] { 1, 1, 1, 1, 0.25, 1 }, new double[] { 1, 1, 1, 1, 4, 1 })]
    public void Groups_FourTimesTheBaseWidth_FollowTheTable(UpdateKind kind, double[] rates, double[] decays)
    {
        var groups = new MaximalUpdate(new Mlp(16, [256, 256], 3), new Mlp(16, [64, 64], 3)).Groups(kind, 1);
        Assert.Equal(rates, groups.Select(g => g.RateScale));
        Assert.Equal(decays, groups.Select(g => g.WeightDecay!.Value));
    }

    [Fact]
    public void Groups_SparedBiases_HaveNoDecay()
    {
        var groups = new MaximalUpdate(new Mlp(16, [256], 3, norm: "layer"), new Mlp(16, [64], 3, norm: "layer")).Groups(UpdateKind.Decoupled, 0.1, spareBiases: true);
        Assert.All(groups, g => Assert.Equal(g.Parameters[0].Decay, g.WeightDecay > 0));
    }

    [Theory]
    [InlineData("he_normal")]
    [InlineData("he_fan_out")]
    [InlineData("xavier_uniform")]
    [InlineData("orthogonal")]
    [InlineData("truncated_normal")]
    [InlineData("")]
    public void ScaleFirstWeights_WhateverTheRule_SizesFollowTheTable(string rule)
    {
        var init = rule.Length > 0 ? Initializers.ByWord[rule] : null;
        var (model, narrow) = (new Mlp(48, [512, 512], 40).Initialize(Key, init), new Mlp(48, [128, 128], 40).Initialize(Key, init));
        new MaximalUpdate(model, narrow).ScaleFirstWeights();
        double[] ratios = [.. model.Parameters.Zip(narrow.Parameters, (a, b) => Size(a) / Size(b))];

        // Input, hidden and output weights; biases are as they were.
        double[] wanted = [1, 1, 0.5, 1, 0.25, 1];
        Assert.All(ratios.Zip(wanted), r => Assert.Equal(r.Second, r.First, 1e-4));
    }

    [Fact]
    public void ScaleFirstWeights_RecurrentStart_KeepsOpenGatesAndScales()
    {
        var model = RecurrentStart.Initialize(new Lstm(3, 128), Key);
        new MaximalUpdate(model, RecurrentStart.Initialize(new Lstm(3, 32), Key)).ScaleFirstWeights();
        float[] bias = model.StateDict()["bias_ih_l0"].ToArray<float>();
        Assert.Equal(Enumerable.Repeat(1f, 128), bias[128..256]);
        Assert.All(bias[..128], b => Assert.Equal(0, b));
    }

    [Fact]
    public void Constructor_AnotherArchitecture_NamesTheDifference()
    {
        // 64 inputs and 64 units: the first residual block adds the inputs themselves.
        var e = Assert.Throws<ArgumentException>(() => new MaximalUpdate(new Mlp(64, [128, 128], 3, residual: true), new Mlp(64, [64, 64], 3, residual: true)));
        Assert.Contains("'hidden.0' is Sequential here and Residual there", e.Message, StringComparison.Ordinal);
        Assert.Contains("Name a base width", e.Message, StringComparison.Ordinal);
        Assert.Contains("missing", Assert.Throws<ArgumentException>(() => new MaximalUpdate(new Mlp(8, [16], 3), new Mlp(8, [8, 8], 3))).Message, StringComparison.Ordinal);
        Assert.Contains("missing", Assert.Throws<ArgumentException>(() => new MaximalUpdate(new Mlp(8, [16, 16], 3), new Mlp(8, [8], 3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_WiderAttentionHeads_AsksForMoreHeads()
    {
        var e = Assert.Throws<ArgumentException>(() => new MaximalUpdate(new MultiheadAttention(64, 4), new MultiheadAttention(32, 4)));
        Assert.Contains("let the number of heads grow", e.Message, StringComparison.Ordinal);
        var wide = new MultiheadAttention(64, 8);
        Assert.Equal(new WidthGrowth(2, 2), new MaximalUpdate(wide, new MultiheadAttention(32, 4)).GrowthOf(wide.Parameters.First()));
    }

    private static IReadOnlyDictionary<string, double> Powers(string architecture, string optimizer, bool scaled)
    {
        var (kind, make) = Optimizers[optimizer];
        return WidthCases.Of(architecture).Powers(kind, g => make(g, WidthCases.Pace(architecture)), scaled);
    }

    private static double Size(Parameter p) => Math.Sqrt(p.Value.Detach().Square().Mean().Item());
}
