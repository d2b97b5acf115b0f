namespace Mettle.Core.Tests.Ops;

/// <summary>No index outside an axis reaches a kernel, whatever its bits.</summary>
public sealed class IndexRangeTests
{
    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    [InlineData(3L)]
    [InlineData(1L << 32)]
    public void Apply_IndexOutside_Throws(long index)
    {
        using var scope = MemoryScope.Begin();
        Tensor x = Tensor.Ones([3]), at = Tensor.From([0, index]), two = Tensor.Ones([2]);
        Assert.Throws<ArgumentException>(() => x.Gather(0, at));
        Assert.Throws<ArgumentException>(() => x.IndexSelect(0, at));
        Assert.Throws<ArgumentException>(() => two.ScatterAdd(0, at, 3));
        Assert.Throws<ArgumentException>(() => new IndexAdd(0, 3).Apply(two, at));
        Assert.Throws<ArgumentException>(() => new OneHot(3).Apply(at));
        Assert.Throws<ArgumentException>(() => new CrossEntropy().Apply(Tensor.Ones([2, 3]), at));
    }
}
