namespace Mettle.Nn.Tests;

/// <summary>Whole models against PyTorch: same weights and input, hence the same output, loss and gradients.</summary>
public sealed class ReferenceTests : IDisposable
{
    private readonly MemoryScope scope = MemoryScope.Begin();

    public static TheoryData<string, string, DType, double> Cases
    {
        get
        {
            var data = new TheoryData<string, string, DType, double>();
            foreach (var (model, mode) in new[] { ("cnn", "eval."), ("cnn", "train."), ("lstm", ""), ("gru", ""), ("transformer", "") })
            {
                data.Add(model, mode, DType.F32, 1e-5);
                data.Add(model, mode, DType.F64, 1e-10);
            }

            return data;
        }
    }

    public void Dispose() => scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void ForwardAndBackward_SameWeights_EqualPyTorch(string name, string mode, DType dtype, double tolerance)
    {
        var reference = TorchFixtures.Load($"{name}.reference.safetensors");
        var model = Load(name, dtype);
        var x = Input(reference, dtype);
        var pass = mode == "train." ? Pass.Train(RandomKey.FromSeed(0)) : Pass.Eval;

        var output = model.Forward(x, pass);
        var loss = new CrossEntropyLoss(classAxis: -1).Forward(output, reference["target"]);
        Near(reference[$"{mode}output"], output, tolerance, $"{mode}output");
        Near(reference[$"{mode}loss"], loss, tolerance, $"{mode}loss");
        loss.Backward();

        var expected = reference.Where(r => r.Key.StartsWith($"{mode}grad", StringComparison.Ordinal)).ToList();
        double largest = expected.Max(e => Largest(e.Value));
        Assert.Equal(
            expected.Select(e => e.Key).Order(),
            model.NamedParameters().Select(p => $"{mode}grad.{p.Name}").Concat(x.RequiresGrad ? [$"{mode}grad_input"] : []).Order());
        foreach (var (key, value) in expected)
        {
            var actual = key == $"{mode}grad_input" ? x.Grad! : model.NamedParameters().First(p => $"{mode}grad.{p.Name}" == key).Parameter.Grad!;
            Near(value, actual, tolerance, key, largest);
        }

        foreach (var (key, value) in reference.Where(r => r.Key.StartsWith($"{mode}after.", StringComparison.Ordinal)))
        {
            Near(value, model.StateDict()[key[$"{mode}after.".Length..]], tolerance, key);
        }
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void LastStates_SameWeights_EqualPyTorch(string name)
    {
        var reference = TorchFixtures.Load($"{name}.reference.safetensors");
        var states = ((RecurrentModel)Load(name, DType.F64)).LastStates(Input(reference, DType.F64));
        foreach (var (key, state) in states)
        {
            Near(reference[key], state, 1e-10, key);
        }
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("cnn")]
    [InlineData("transformer")]
    public void StateDict_Keys_ArePyTorchsInItsOrder(string name)
        => Assert.Equal(KeysOf(name), Load(name, DType.F32).StateDict().Keys);

    private static IEnumerable<string> KeysOf(string name)
    {
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(TorchFixtures.File($"{name}.json")));
        return [.. json.RootElement.GetProperty("state").EnumerateObject().Select(p => p.Name)];
    }

    internal static Module Load(string name, DType dtype)
    {
        Module model = name switch
        {
            "cnn" => new CnnModel(),
            "transformer" => new TransformerModel(),
            "lstm" or "gru" => new RecurrentModel(name),
            _ => throw new ArgumentException(name),
        };
        model.LoadStateDict(TorchFixtures.Load($"{name}.state.safetensors"));
        return model.To(dtype);
    }

    internal static Tensor Input(OrderedDictionary<string, Tensor> reference, DType dtype)
        => reference["input"] is { DType: DType.F32 } x ? x.To(dtype).WithGrad() : reference["input"];

    private static double Largest(Tensor t) => t.Count == 0 ? 0 : t.Abs().Max().Item();

    private static void Near(Tensor expected, Tensor actual, double tolerance, string what, double? scale = null)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double size = scale ?? Largest(expected.To(DType.F64));
        double error = Largest(expected.To(DType.F64) - actual.Detach().To(DType.F64));
        Assert.True(error <= tolerance * size, $"{what}: off by {error}, {error / size:E2} of the largest value");
    }
}
