namespace Mettle.Nn.Tests.Initialization;

public sealed class RecurrentStartTests : IDisposable
{
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData("lstm", 4)]
    [InlineData("gru", 3)]
    [InlineData("tanh", 1)]
    public void Initialize_StateWeights_AreOrthogonalGateByGate(string cell, int gates)
    {
        var model = RecurrentStart.Initialize(new RnnClassifier(5, 6, 3, cell, layers: 2), RandomKey.FromSeed(1));
        foreach (string name in (string[])["rnn.weight_hh_l0", "rnn.weight_hh_l1"])
        {
            var weight = Value(model, name);
            for (int g = 0; g < gates; g++)
            {
                var gate = weight.Narrow(0, 6 * g, 6 * (g + 1));
                float[] product = gate.MatMul(gate.Transpose()).ToArray<float>();
                Assert.All(product.Select((v, i) => (v, i)), p => Assert.Equal(p.i % 7 == 0 ? 1 : 0, p.v, 5));
            }
        }

        Assert.NotEqual(Value(model, "rnn.weight_hh_l0").ToArray<float>(), Value(model, "rnn.weight_hh_l1").ToArray<float>());
    }

    [Fact]
    public void Initialize_LstmBiases_OpenTheForgetGateAlone()
    {
        var model = RecurrentStart.Initialize(new RnnClassifier(5, 6, 3), RandomKey.FromSeed(1));
        Assert.Equal([.. Enumerable.Range(0, 24).Select(i => i is >= 6 and < 12 ? 1f : 0f)], Value(model, "rnn.bias_ih_l0").ToArray<float>());
        Assert.All(Value(model, "rnn.bias_hh_l0").ToArray<float>(), v => Assert.Equal(0, v));
        Assert.Contains(Value(model, "output.bias").ToArray<float>(), v => v != 0);
    }

    [Fact]
    public void Initialize_WithChrono_KeepsItsBiases()
    {
        var model = RecurrentStart.Initialize(new RnnClassifier(5, 6, 3, chrono: 50), RandomKey.FromSeed(1));
        Assert.True(Value(model, "rnn.bias_ih_l0").ToArray<float>()[6..12].Max() > 2);
    }

    [Fact]
    public void Initialize_NoRecurrentLayer_SaysSo()
        => Assert.Contains("recurrent", Assert.Throws<ArgumentException>(() => RecurrentStart.Initialize(new Mlp(3, [4], 2), RandomKey.FromSeed(1))).Message, StringComparison.Ordinal);

    private static Tensor Value(Module model, string name) => model.NamedParameters().Single(p => p.Name == name).Parameter.Value.Detach();
}
