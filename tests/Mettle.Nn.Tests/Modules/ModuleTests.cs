namespace Mettle.Nn.Tests;

public sealed class ModuleTests : IDisposable
{
    private static readonly RandomKey Key = RandomKey.FromSeed(5);
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Forward_NotInitialised_NamesParameterAndMend()
    {
        var e = Assert.Throws<InvalidOperationException>(() => Net().Forward(Tensor.Ones([1, 3]), Pass.Eval));
        Assert.Equal("Parameter '0.weight' has no value yet: call model.Initialize(key) or model.LoadStateDict(...) first.", e.Message);
    }

    [Fact]
    public void Initialize_SameKey_GivesTheSameBitsWhateverElseTheModelHolds()
    {
        var small = Net().Initialize(Key);
        var large = new Sequential(new Linear(3, 4), new Sequential(new Linear(9, 9)), new Linear(4, 2)).Initialize(Key);
        Assert.Equal(small.StateDict()["2.weight"].ToBytes(), large.StateDict()["2.weight"].ToBytes());
        Assert.NotEqual(small.StateDict()["0.weight"].ToBytes(), Net().Initialize(Key.At(1)).StateDict()["0.weight"].ToBytes());
    }

    [Fact]
    public void LoadStateDict_Unfit_ListsEverythingAtOnceAndChangesNothing()
    {
        var net = Net().Initialize(Key);
        byte[] before = net.StateDict()["0.bias"].ToBytes();
        var state = new Dictionary<string, Tensor>
        {
            ["0.bias"] = Tensor.Ones([4]),
            ["0.weight"] = Tensor.Ones([4, 5]),
            ["extra.a"] = Tensor.Ones([1]),
            ["extra.b"] = Tensor.Ones([1]),
        };

        var e = Assert.Throws<StateDictException>(() => net.LoadStateDict(state));

        Assert.Equal(["2.weight", "2.bias"], e.Missing);
        Assert.Equal(["extra.a", "extra.b"], e.Unexpected);
        Assert.Equal("0.weight (model [4, 3], state dict [4, 5])", Assert.Single(e.Mismatched));
        Assert.All(new[] { "2.weight", "extra.b", "[4, 5]" }, part => Assert.Contains(part, e.Message, StringComparison.Ordinal));
        Assert.Equal(before, net.StateDict()["0.bias"].ToBytes());
    }

    [Fact]
    public void LoadStateDict_NotStrict_TakesWhatFits()
    {
        var net = Net().Initialize(Key);
        net.LoadStateDict(new Dictionary<string, Tensor> { ["0.bias"] = Tensor.Ones([4]).To(DType.F16), ["more"] = Tensor.Ones([1]) }, strict: false);
        Assert.Equal([1f, 1, 1, 1], net.StateDict()["0.bias"].ToArray<float>());
    }

    [Fact]
    public void LoadStateDict_FromAnotherModel_CopiesSoThatTrainingOneLeavesTheOther()
    {
        var a = Net().Initialize(Key);
        var b = Net();
        b.LoadStateDict(a.StateDict());
        a.Parameters.First().Value.MutableSpan<float>().Clear();
        Assert.NotEqual(a.StateDict()["0.weight"].ToBytes(), b.StateDict()["0.weight"].ToBytes());
    }

    [Fact]
    public void Frozen_Layer_GetsNoGradientAndKeepsItsValue()
    {
        var net = Net().Initialize(Key);
        byte[] before = net.StateDict()["0.weight"].ToBytes();
        net.Children[0].Module.Freeze();
        net.Forward(Tensor.Ones([2, 3]), Pass.Eval).Sum().Backward();
        Assert.Equal(["0.weight", "0.bias"], net.NamedParameters().Where(p => p.Parameter.Grad is null).Select(p => p.Name));

        net.Freeze(false);
        net.Forward(Tensor.Ones([2, 3]), Pass.Eval).Sum().Backward();
        Assert.All(net.Parameters, p => Assert.NotNull(p.Grad));
        Assert.Equal(before, net.StateDict()["0.weight"].ToBytes());
    }

    [Fact]
    public void Register_TwiceOrDotted_Throws()
    {
        var layer = new Linear(2, 2);
        _ = new Sequential(layer);
        Assert.Throws<InvalidOperationException>(() => new Sequential(new Linear(1, 1), layer));
        Assert.Throws<ArgumentException>(() => new Named("a.b"));
        Assert.Throws<ArgumentException>(() => new Named("taken"));
    }

    [Fact]
    public void Parameters_OutsideAScope_OutliveTheScopeTheyWereMadeIn()
    {
        var net = Net();
        using (MemoryScope.Begin())
        {
            net.Initialize(Key).To(DType.F64).To(DType.F32);
        }

        Assert.Equal(4, net.Parameters.Count());
        Assert.All(net.Parameters, p => Assert.False(p.Value.IsReleased));
    }

    [Fact]
    public void ParameterCount_AndDecay_GoByRole()
    {
        var net = Net();
        Assert.Equal(4 * 3 + 4 + 2 * 4 + 2, net.ParameterCount);
        Assert.Equal(["0.weight", "2.weight"], net.NamedParameters().Where(p => p.Parameter.Decay).Select(p => p.Name));
    }

    [Fact]
    public void ActivationWatch_Installed_SeesEveryLayerByPathAndNothingAfter()
    {
        var net = new Sequential(new Sequential(new Linear(3, 4), Activation.Of("relu")), new Linear(4, 2)).Initialize(Key);
        var seen = new List<string>();
        using (ActivationWatch.Install((path, y) => seen.Add($"{path}{y.Shape}")))
        {
            net.Forward(Tensor.Ones([5, 3]), Pass.Eval);
        }

        net.Forward(Tensor.Ones([5, 3]), Pass.Eval);
        Assert.Equal(["0.0[5, 4]", "0.1[5, 4]", "0[5, 4]", "1[5, 2]", "[5, 2]"], seen);
    }

    private static Sequential Net() => new(new Linear(3, 4), Activation.Of("relu"), new Linear(4, 2));

    private sealed class Named : Module
    {
        public Named(string name)
        {
            RegisterBuffer("taken", Tensor.Ones([1]));
            Register(name, Tensor.Ones([1]));
        }

        public override Tensor Forward(Tensor x, Pass pass) => x;
    }
}
