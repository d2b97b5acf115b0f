using System.Globalization;
using System.Runtime.CompilerServices;
using Mettle.Graphs.Passes;

namespace Mettle.Graphs.Tests;

public sealed class TraceTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(7);

    [Fact]
    public void Trace_OfCode_GivesTheSameResultsOnOtherInputs()
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Normal(Key.For("w"), [5, 7]).AsParameter();
        var graph = Graph.Trace(x => [x[0].Affine(w).Tanh() + 1, x[0].Sum(1)], new Value(new TensorSpec([3, 7], DType.F32), "x"));
        var input = Tensor.Normal(Key.For("x"), [3, 7]);

        var results = graph.Apply(input);

        Assert.Equal((input.Affine(w).Tanh() + 1).ToArray<float>(), results[0].ToArray<float>());
        Assert.Equal(input.Sum(1).ToArray<float>(), results[1].ToArray<float>());
    }

    [Fact]
    public void Trace_OfCodeWithScopes_KeepsConstantsMadeInside()
    {
        using var scope = MemoryScope.Begin();
        var graph = Graph.Trace(
            x =>
            {
                using var inner = MemoryScope.Begin("inner");
                return [inner.Keep(x[0] * Tensor.Arange(4).To(DType.F32))];
            },
            new Value(new TensorSpec([4], DType.F32)));

        Assert.Equal([0f, 2, 4, 6], graph.Apply(Tensor.Full([4], 2))[0].ToArray<float>());
        Assert.Single(graph.Nodes);
    }

    [Fact]
    public void Trace_ControlFlowOnData_Throws()
    {
        using var scope = MemoryScope.Begin();

        var error = Assert.Throws<InvalidOperationException>(
            () => Graph.Trace(x => [x[0].Sum().Item() > 0 ? x[0] : -x[0]], new Value(new TensorSpec([3], DType.F32))));

        Assert.Contains("depends on a traced input was read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_ControlFlowOnData_NamesTheLine()
    {
        using var scope = MemoryScope.Begin();
        int line = 0;

        var error = Assert.Throws<InvalidOperationException>(() => Graph.Trace(x => [Chosen(x[0], ref line)], new Value(new TensorSpec([3], DType.F32))));

        string place = string.Create(CultureInfo.InvariantCulture, $"was read during the trace in TraceTests.cs, line {line}:");
        Assert.True(error.Message.Contains(place, StringComparison.Ordinal), error.Message);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Tensor Chosen(Tensor x, ref int line)
    {
        line = Line() + 1;
        return x.Sum().Item() > 0 ? x : -x;
    }

    private static int Line([CallerLineNumber] int line = 0) => line;

    [Fact]
    public void Apply_RecordsGradients_OfParametersAndInputs()
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Normal(Key.For("w"), [5, 7]).AsParameter();
        var graph = Graph.Trace(x => [x[0].Affine(w).Relu()], new Value(new TensorSpec([3, 7], DType.F32)));
        var input = Tensor.Normal(Key.For("x"), [3, 7]).WithGrad();

        graph.Apply(input)[0].Square().Sum().Backward();
        float[] byGraph = w.Grad!.ToArray<float>(), byInput = input.Grad!.ToArray<float>();
        w.Grad = null;
        input.Grad = null;
        input.Affine(w).Relu().Square().Sum().Backward();

        Assert.Equal(w.Grad!.ToArray<float>(), byGraph);
        Assert.Equal(input.Grad!.ToArray<float>(), byInput);
    }

    [Fact]
    public void ToString_NamesInputsAndOps()
    {
        using var scope = MemoryScope.Begin();
        var graph = Graph.Trace(x => [x[0].Exp()], new Value(new TensorSpec([2], DType.F32), "x"));

        Assert.Equal("graph(%x: f32[2])\n  %1: f32[2] = exp(%x)\n  return %1\n", graph.ToString());
    }

    [Fact]
    public void Constructor_NodeBeforeItsOperand_Throws()
    {
        var spec = new TensorSpec([2], DType.F32);
        var x = new Value(spec);
        var y = new Value(spec);
        var z = new Value(spec);
        GraphNode first = new(Exp.Instance, [x], [y]), second = new(Exp.Instance, [y], [z]);

        Assert.Throws<ArgumentException>(() => new Graph([x], [second, first], [z]));
        Assert.Throws<ArgumentException>(() => new Graph([x], [first, first], [y]));
        Assert.Throws<ArgumentException>(() => new Graph([x], [first], [z]));
        Assert.Throws<ArgumentException>(() => new Graph([x], [new GraphNode(Exp.Instance, [x], [new Value(new TensorSpec([3], DType.F32))])], [x]));
    }

    [Fact]
    public void Remove_UnusedNodes_LeavesTheOthers()
    {
        var spec = new TensorSpec([2], DType.F32);
        var x = new Value(spec);
        var y = new Value(spec);
        var graph = new Graph([x], [new GraphNode(Exp.Instance, [x], [y]), new GraphNode(Exp.Instance, [y], [new Value(spec)])], [y]);

        Assert.Single(DeadCode.Remove(graph).Nodes);
    }
}
