namespace Mettle.Graphs.Tests;

/// <summary>Ops on shapes alone.</summary>
public sealed class ShapeTraceTests
{
    [Fact]
    public void Run_HugePlaceholders_GivesShapesAndCostWithoutComputing()
    {
        using var scope = MemoryScope.Begin();
        var trace = new ShapeTrace();
        var y = trace.Run(() =>
        {
            var x = trace.Placeholder(new([1000, 1000, 1000], DType.F32));
            return x.MatMul(Tensor.Ones([1000, 2])).Relu();
        });
        Assert.Equal(new Shape(1000, 1000, 2), y.Shape);
        Assert.True(trace.IsPlaceholder(y));
        Assert.InRange(trace.Cost().Flops, 4_000_000_000, 4_100_000_000);
    }

    [Fact]
    public void Run_ReadingAPlaceholder_Throws()
    {
        using var scope = MemoryScope.Begin();
        var trace = new ShapeTrace();
        Assert.Throws<InvalidOperationException>(() => trace.Run(() => (trace.Placeholder(new([2], DType.F32)) + 1).ToArray<float>()));
        Assert.Equal(1, trace.Refusals);
    }

    [Fact]
    public void Run_WhatDependsOnNoPlaceholder_IsComputed()
    {
        using var scope = MemoryScope.Begin();
        var trace = new ShapeTrace();
        float[] sum = trace.Run(() =>
        {
            var shape = trace.Placeholder(new([3, 4], DType.F32)).Shape;
            return (Tensor.Arange(shape[1], DType.F32) + 1).ToArray<float>();
        });
        Assert.Equal([1, 2, 3, 4], sum);
        Assert.Equal(0, trace.Cost().Flops);
    }
}
