using static Mettle.Graphs.Tests.Passes.PassCase;

namespace Mettle.Graphs.Tests;

/// <summary>Batches too large for the caches, done a few images at a time.</summary>
public sealed class PortionTests
{
    private static readonly Shape Images = [12, 3, 96, 80];
    private static readonly Tensor First = Weight("first", 16, 3, 3, 3);
    private static readonly Tensor Few = Weight("few", 5, 16, 3, 3);
    private static readonly Tensor Dense = Weight("dense", 7, 16);

    public static TheoryData<string> Separate => [.. Cases.Keys];

    private static Dictionary<string, Func<Tensor, Tensor>> Cases { get; } = new()
    {
        ["pooled features"] = x => x.Conv2d(First, padding: 1).Relu().MaxPool2d(2).Mean([2, 3]).Affine(Dense).Softmax(1),
        ["plane sums"] = x => (x.Conv2d(First).Conv2d(Few).Abs() + 1).Log().Sum(2, 3),
        ["movements"] = x => new Concat(1).ApplyAll(x.Conv2d(First, padding: 1), x)[0].Permute(0, 2, 3, 1).Narrow(3, 1, 19).Reshape(12, 96 * 80, 18).Max(1),
        ["factor of all images"] = x => x.Conv2d(First) * Weight("factor", 16, 1, 1),
    };

    [Theory]
    [MemberData(nameof(Separate))]
    public void Compile_SeparateImages_GivesTheSameBitsInLessMemory(string name)
    {
        using var scope = MemoryScope.Begin();
        var graph = Trace(Images, x => [Cases[name](x)]);
        var plan = Plan.Compile(graph);
        Assert.InRange(plan.WorkspaceBytes, 1, graph.Nodes.Max(n => n.Outputs[0].Spec.Bytes) / 2);
        AssertEqual(graph, graph);
    }

    [Fact]
    public void Run_StridedImages_ReadsEachPortionWhereItLies()
    {
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        var graph = Trace(Images, x => [Cases["pooled features"](x)]);
        var x = Tensor.Normal(Key, [96, 80, 3, 12]).Permute(3, 2, 0, 1);
        Assert.Equal(graph.Apply(x)[0].ToBytes(), Plan.Compile(graph).Run(x)[0].ToBytes());
    }

    [Fact]
    public void Compile_ImagesThatSeeOneAnother_KeepsThemTogether()
    {
        using var scope = MemoryScope.Begin();
        var graph = Trace(Images, x =>
        {
            var y = x.Conv2d(First, padding: 1).Relu();
            return [y - y.Mean([0]).Unsqueeze(0)];
        });
        Assert.True(Plan.Compile(graph).WorkspaceBytes > graph.Nodes.Max(n => n.Outputs[0].Spec.Bytes));
        AssertEqual(graph, graph);
    }

    [Fact]
    public void Compile_FactorOfEachImage_KeepsThemTogether()
    {
        using var scope = MemoryScope.Begin();
        var graph = Trace(Images, x => [x.Conv2d(First, padding: 1) * Weight("each", 12, 1, 1, 1)]);
        Assert.True(Plan.Compile(graph).WorkspaceBytes > graph.Nodes.Max(n => n.Outputs[0].Spec.Bytes));
        AssertEqual(graph, graph);
    }
}
