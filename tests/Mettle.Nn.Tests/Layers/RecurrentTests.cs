namespace Mettle.Nn.Tests;

public sealed class RecurrentTests : IDisposable
{
    private static readonly RandomKey Key = RandomKey.FromSeed(9);
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Lstm_TwoLayersBothDirections_Passes()
        => LayerTest.Run(
            () => new Lstm(3, 4, layers: 2, dropout: 0.3, bidirectional: true),
            [5, 2, 3],
            [5, 2, 8],
            [.. from layer in new[] { "l0", "l0_reverse", "l1", "l1_reverse" } from p in new[] { "weight_ih", "weight_hh", "bias_ih", "bias_hh" } select $"{p}_{layer}"]);

    [Fact]
    public void Gru_BatchFirstWithoutBias_Passes()
        => LayerTest.Run(() => new Gru(3, 4, bias: false, batchFirst: true), [2, 5, 3], [2, 5, 4], "weight_ih_l0", "weight_hh_l0");

    [Fact]
    public void Rnn_TwoLayers_Passes()
        => LayerTest.Run(
            () => new Rnn(3, 4, layers: 2),
            [5, 2, 3],
            [5, 2, 4],
            [.. from layer in new[] { "l0", "l1" } from p in new[] { "weight_ih", "weight_hh", "bias_ih", "bias_hh" } select $"{p}_{layer}"]);

    [Fact]
    public void Rnn_OneUnit_FollowsItsEquation()
    {
        var rnn = new Rnn(1, 1).Initialize(Key);
        var w = rnn.StateDict().ToDictionary(p => p.Key, p => (double)p.Value.ToArray<float>()[0]);
        double[] x = [0.5, -1, 2];
        double h = 0;
        var output = rnn.Forward(Tensor.From([.. x.Select(v => (float)v)], [3, 1, 1]), Pass.Eval).ToArray<float>();
        for (int t = 0; t < x.Length; t++)
        {
            h = Math.Tanh((w["weight_ih_l0"] * x[t]) + w["bias_ih_l0"] + (w["weight_hh_l0"] * h) + w["bias_hh_l0"]);
            Assert.Equal(h, output[t], 1e-6);
        }
    }

    [Fact]
    public void Chrono_LstmAndGru_KeepingGatesSpreadOverTheRange()
    {
        const int Hidden = 500;
        var lstm = new Lstm(2, Hidden, chrono: 400).Initialize(Key).StateDict()["bias_ih_l0"].ToArray<float>();
        var gru = new Gru(2, Hidden, chrono: 400).Initialize(Key).StateDict();
        float[] forget = lstm[Hidden..(2 * Hidden)], input = lstm[..Hidden];
        Assert.All(forget.Zip(input), p => Assert.Equal(-p.First, p.Second));
        Assert.All(lstm[(2 * Hidden)..], b => Assert.Equal(0, b));
        Assert.All(forget, b => Assert.InRange(b, 0, Math.Log(399)));
        Assert.InRange(forget.Average(b => Math.Exp(b)), 180, 220);
        Assert.All(gru["bias_ih_l0"].ToArray<float>()[Hidden..(2 * Hidden)], b => Assert.InRange(b, 0, Math.Log(399)));
        Assert.All(gru["bias_hh_l0"].ToArray<float>(), b => Assert.Equal(0, b));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Gru(2, 3, chrono: 2));
    }

    [Fact]
    public void Lstm_ContinuedFromItsState_EqualsOneRun()
    {
        var lstm = new Lstm(3, 4, layers: 2).Initialize(Key);
        var x = Tensor.Normal(Key, [6, 2, 3]);
        var whole = lstm.Run(x, Pass.Eval);
        var first = lstm.Run(x.Narrow(0, 0, 4), Pass.Eval);
        var second = lstm.Run(x.Narrow(0, 4), Pass.Eval, (first.Hidden, first.Cell));
        Assert.Equal(whole.Output.Narrow(0, 4).ToArray<float>(), second.Output.ToArray<float>());
        Assert.Equal(whole.Cell.ToArray<float>(), second.Cell.ToArray<float>());
    }

    [Fact]
    public void Gru_ReverseDirection_SeesTheFuture()
    {
        var gru = new Gru(3, 4, bidirectional: true).Initialize(Key);
        var x = Tensor.Normal(Key, [6, 1, 3]).WithGrad();
        var first = gru.Forward(x, Pass.Eval).Select(0, 0).Select(0, 0);
        var byForward = Autograd.Grad(first.Narrow(0, 0, 4).Sum(), [x], retainGraph: true)[0]!.Select(0, 5).Abs().Sum().Item();
        var byReverse = Autograd.Grad(first.Narrow(0, 4).Sum(), [x])[0]!.Select(0, 5).Abs().Sum().Item();
        Assert.Equal(0, byForward);
        Assert.True(byReverse > 0);
    }

    [Fact]
    public void Forward_WrongInputOrState_SaysWhatItTakes()
    {
        var gru = new Gru(3, 4, batchFirst: true).Initialize(Key);
        var e = Assert.Throws<ArgumentException>(() => gru.Forward(Tensor.Ones([2, 5, 4]), Pass.Eval));
        Assert.Contains("takes [N, T, 3], got [2, 5, 4]", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<ArgumentException>(() => gru.Run(Tensor.Ones([2, 5, 3]), Pass.Eval, Tensor.Ones([1, 3, 4])));
        Assert.Contains("initial state [1, 2, 4], got [1, 3, 4]", e.Message, StringComparison.Ordinal);
    }
}
