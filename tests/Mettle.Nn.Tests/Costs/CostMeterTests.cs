namespace Mettle.Nn.Tests;

public sealed class CostMeterTests
{
    [Fact]
    public void Total_OfTwoLinearLayers_IsThatOfTheProducts()
    {
        using var scope = MemoryScope.Begin();
        var model = new Sequential(new Linear(20, 30, bias: false), new Linear(30, 10, bias: false)).Initialize(RandomKey.FromSeed(1));
        var x = Tensor.Normal(RandomKey.FromSeed(2), [64, 20]);
        using var meter = CostMeter.Begin();
        model.Forward(x, Pass.Eval).Backward(Tensor.Ones([64, 10]));

        // Forward both; backward two products for the second layer, one for the first, whose input has no gradient.
        long first = 2 * 64 * 20 * 30, second = 2 * 64 * 30 * 10;
        Assert.Equal(first + second, meter.Entries.Where(e => !e.IsBackward).Sum(e => e.Cost.Flops));
        Assert.Equal(first + (2 * second), meter.Entries.Where(e => e.IsBackward).Sum(e => e.Cost.Flops));
    }

    [Fact]
    public void Place_AfterALayer_NamesItsOpsAndTheirGradients()
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Ones([8, 8]).AsParameter();
        using var meter = CostMeter.Begin();
        var y = w.Tanh();
        meter.Place("a");
        var z = y.MatMul(w).Sum();
        meter.Place("b");
        z.Backward();
        Assert.Equal(["a", "b"], meter.Entries.Where(e => e.Op is "tanh" or "matmul" && e.IsBackward).OrderBy(e => e.Place, StringComparer.Ordinal).Select(e => e.Place));
        Assert.Equal(2 * 2 * 512, meter.Entries.Single(e => e is { Op: "matmul", IsBackward: true }).Cost.Flops);
    }

    [Fact]
    public void Dispose_BeforeAnInnerOne_Throws()
    {
        var outer = CostMeter.Begin();
        var inner = CostMeter.Begin();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        inner.Dispose();
        outer.Dispose();
        Assert.Null(CostMeter.Current);
    }
}
