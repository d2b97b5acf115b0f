using Mettle.Graphs.Passes;
using static Mettle.Graphs.Tests.Passes.PassCase;

namespace Mettle.Graphs.Tests.Passes;

/// <summary>Passes that keep all bits.</summary>
public sealed class ExactPassTests
{
    [Fact]
    public void ConstantFolding_OfKnownOperands_ComputesThem()
    {
        using var scope = MemoryScope.Begin();
        var x = new Value(new TensorSpec([2], DType.F32));
        Value two = new(Tensor.Full([2], 2).Persist()), root = new(two.Spec), y = new(two.Spec);
        var graph = new Graph([x], [new(Sqrt.Instance, [two], [root]), new(Mul.Instance, [x, root], [y])], [y]);

        var folded = ConstantFolding.Run(graph);

        Assert.Equal(["mul"], folded.Ops());
        AssertEqual(graph, folded);
    }

    [Fact]
    public void ConstantFolding_OfParameters_OnlyIfTheyAreFixed()
    {
        using var scope = MemoryScope.Begin();
        var x = new Value(new TensorSpec([2], DType.F32));
        Value w = new(Tensor.Full([2], 2).AsParameter()), root = new(w.Spec), y = new(w.Spec);
        var graph = new Graph([x], [new(Sqrt.Instance, [w], [root]), new(Mul.Instance, [x, root], [y])], [y]);

        Assert.Same(graph, ConstantFolding.Run(graph));
        Assert.Equal(["mul"], ConstantFolding.Run(graph, fixedParameters: true).Ops());
    }

    [Fact]
    public void Ranges_OfPlacesInATable_AreNotAskedForTheirSign()
    {
        using var scope = MemoryScope.Begin();
        var table = Weight("table", 6, 3);
        var graph = Trace([4, 6], x =>
        {
            var place = x.ArgMax(1);
            return [new IndexSelect(0).Apply(table, Tensor.Where(place < 0, place + 6, place)), Tensor.Where(place * 2 <= 10, x.Sum(1), x.Max(1))];
        });

        var decided = DeadCode.Remove(Ranges.Run(Ranges.Run(graph)));

        Assert.Equal(["argmax", "index_select", "sum"], decided.Ops().Where(o => o is not ("mul" or "broadcast")));
        AssertEqual(graph, decided);
    }

    [Fact]
    public void Ranges_OfWhatMayGoEitherWay_StayAsked()
    {
        using var scope = MemoryScope.Begin();
        var graph = Trace([4, 6], x =>
        {
            var place = x.ArgMax(1);
            return [Tensor.Where(place - 1 < 0, place, place + (x.Sum(1).To(DType.I64) * 0))];
        });

        Assert.Same(graph, Ranges.Run(graph));
    }

    [Fact]
    public void OwnConstants_OfViews_AreCopiedInPlainRows()
    {
        using var scope = MemoryScope.Begin();
        var both = Weight("both", 6, 10);
        var graph = Trace([4, 6], x => [x.Affine(both.Narrow(1, 0, 5).Transpose()), x.Affine(both.Narrow(1, 5, 10).Transpose())]);

        var own = OwnConstants.Run(graph);

        Assert.All(own.Constants, c => Assert.True(c.Constant!.IsContiguous));
        AssertEqual(graph, own);
    }

    [Fact]
    public void OwnConstants_OfParameters_OnlyIfTheyAreFixed()
    {
        using var scope = MemoryScope.Begin();
        var w = Weight("w", 6, 5).AsParameter();
        var x = new Value(new TensorSpec([4, 6], DType.F32));
        Value turned = new(w.Transpose()), y = new(new TensorSpec([4, 5], DType.F32));
        var graph = new Graph([x], [new(Affine.Plain, [x, turned], [y])], [y]);

        Assert.Same(graph, OwnConstants.Run(graph));
        Assert.True(Assert.Single(OwnConstants.Run(graph, fixedParameters: true).Constants).Constant!.IsContiguous);
    }

    [Fact]
    public void CommonSubexpressions_SameOpAttributesAndOperands_AreComputedOnce()
    {
        using var scope = MemoryScope.Begin();
        var graph = Trace([3, 3], x => [(x.Exp() * 2).Sum(0) + (x.Exp() * 2).Sum(0)]);

        var single = CommonSubexpressions.Run(graph);

        Assert.Equal(["exp", "mul", "sum", "add"], single.Ops());
        AssertEqual(graph, single);
    }

    [Fact]
    public void CommonSubexpressions_OtherAttributesOrConstants_StayApart()
    {
        using var scope = MemoryScope.Begin();
        var graph = Trace([3, 3], x => [x.Sum(0) + x.Sum(1), (x * 2) + (x * 3)]);

        Assert.Same(graph, CommonSubexpressions.Run(graph));
    }

    [Fact]
    public void Movements_InARow_BecomeOne()
    {
        using var scope = MemoryScope.Begin();
        var graph = Trace([2, 3, 4], x =>
        [
            new Reshape([4, 6]).Apply(new Reshape([24]).Apply(x)),
            x.Permute(2, 0, 1).Permute(1, 0, 2),
            x.Narrow(1, 1, 3).Narrow(2, 0, 4, 2),
            new Broadcast([5, 2, 3, 4]).Apply(new Broadcast([1, 2, 3, 4]).Apply(x)),
            new Reshape([6, 4]).Apply(new Permute(1, 0, 2, 3).Apply(new Reshape([2, 1, 3, 4]).Apply(x))),
        ]);

        var merged = Simplification.Run(graph, sameBits: true);

        Assert.Equal(["reshape", "permute", "slice", "broadcast", "reshape"], merged.Ops());
        AssertEqual(graph, merged);
    }

    [Fact]
    public void Movements_ThatMoveNothing_Go()
    {
        using var scope = MemoryScope.Begin();
        var graph = Trace([2, 3], x =>
        [
            new Reshape([2, 3]).Apply(x), new Permute(0, 1).Apply(x), new Slice([0, 0], [2, 3], [1, 1]).Apply(x),
            new Pad([0, 0], [0, 0]).Apply(x), new Concat(1).Apply(x), x.Detach(),
        ]);

        Assert.Equal(["stop_gradient"], Movements.Run(graph).Ops());
        Assert.Empty(Movements.Run(graph, inference: true).Nodes);
        AssertEqual(graph, Movements.Run(graph, inference: true));
    }

    [Fact]
    public void Movements_ThatMoveOrAreReadBetween_Stay()
    {
        using var scope = MemoryScope.Begin();
        var graph = Trace([3, 3], x =>
        {
            var rows = new Reshape([9]).Apply(x);
            return [new Permute(1, 0).Apply(x), x.Flip(0), rows, new Reshape([1, 9]).Apply(rows), new Reshape([9]).Apply(x.Transpose())];
        });

        Assert.Same(graph, Movements.Run(graph));
    }

    [Fact]
    public void Movements_KnownIndicesAtEqualDistances_BecomeASlice()
    {
        using var scope = MemoryScope.Begin();
        var op = new IndexSelect(1);
        var graph = Trace([3, 7], x => [op.Apply(x, Tensor.From([5L, 3L, 1L])), op.Apply(x, Tensor.From([2L], Shape.Scalar)), op.Apply(x, Tensor.From([1L, 2L, 4L])), op.Apply(x, Tensor.From([1L, 1L]))]);

        var sliced = Simplification.Run(graph, sameBits: true);

        Assert.Equal(["slice", "slice", "reshape", "index_select", "index_select"], sliced.Ops());
        AssertEqual(graph, sliced);
    }

    [Fact]
    public void Casts_ThatLoseNothing_AreLeftOut()
    {
        using var scope = MemoryScope.Begin();
        var graph = Trace([40], x => [x.To(DType.F64).To(DType.F32), x.To(DType.F64).To(DType.F16), x.To(DType.F16).To(DType.F32).To(DType.F64)]);

        var fewer = Casts.Run(graph);

        Assert.Equal(["cast", "cast", "cast"], fewer.Ops());
        AssertEqual(graph, fewer);
    }

    [Theory]
    [InlineData(DType.I64, DType.I32, DType.I64)]
    [InlineData(DType.F32, DType.F16, DType.F32)]
    [InlineData(DType.I16, DType.F32, DType.I8)]
    [InlineData(DType.F32, DType.I32, DType.F32)]
    public void Casts_ThatLoseSomething_Stay(DType from, DType through, DType to)
    {
        using var scope = MemoryScope.Begin();
        var graph = Graph.Trace(x => [x[0].To(through).To(to)], new Value(new TensorSpec([4], from)));

        Assert.Same(graph, Casts.Run(graph));
    }

    [Fact]
    public void Casts_RoundTripsThroughHalf_GoWherePrecisionIsKept()
    {
        using var scope = MemoryScope.Begin();
        var shift = Weight("half", 1, 6).To(DType.F16).Persist();
        var graph = Trace([2, 6], x => [new Concat(0).ApplyAll(x.Exp().To(DType.F16), shift)[0].Reshape(6, 3).To(DType.F32).Tanh()]);

        var precise = Casts.Run(graph, keepPrecision: true);

        Assert.Equal(["exp", "concat", "reshape", "tanh"], Simplification.Run(precise).Ops());
        AssertEqual(graph, Simplification.Run(precise), 1e-3);
        Assert.Contains("cast", Simplification.Run(graph, sameBits: true).Ops());
    }

    [Fact]
    public void Products_WithAKnownMatrix_BecomeAffineWithRectifier()
    {
        using var scope = MemoryScope.Begin();
        Tensor w = Weight("w", 6, 4), row = Weight("row", 4);
        var graph = Trace([2, 5, 6], x => [(x.MatMul(w) + row).Relu()]);

        var products = Simplification.Run(graph, sameBits: true);

        Assert.Equal(["affine"], products.Ops());
        Assert.True(Assert.IsType<Affine>(products.Nodes[0].Op).IsRectified);
        AssertEqual(graph, products);
    }

    [Fact]
    public void Products_OfParametersOrReadBetween_Stay()
    {
        using var scope = MemoryScope.Begin();
        Tensor w = Weight("w", 6, 4), parameter = Tensor.Ones([6, 4]).AsParameter();
        var trained = Trace([2, 6], x => [x.MatMul(parameter)]);
        var read = Trace([2, 6], x =>
        {
            var y = x.MatMul(w);
            return [y, y.Relu(), y.Transpose() + Weight("column", 4, 2)];
        });

        Assert.Equal(["matmul"], Simplification.Run(trained).Ops());
        Assert.Equal(["affine"], trained.ForInference().Ops());
        Assert.Equal(["affine", "relu", "permute", "add"], Simplification.Run(read).Ops());
        AssertEqual(read, Simplification.Run(read));
    }

    [Fact]
    public void Run_SameBits_KeepsTheBitsOfAModel()
    {
        using var scope = MemoryScope.Begin();
        Tensor filters = Weight("filters", 8, 3, 3, 3), dense = Weight("dense", 8 * 16, 10);
        Tensor mean = Weight("mean", 8), variance = Weight("variance", 8).Square().Persist();
        var graph = Trace([2, 3, 8, 8], x =>
        {
            var y = x.Conv2d(filters, padding: 1).BatchNorm(mean, variance, null, null).Relu().MaxPool2d(2);
            return [(y.Reshape(2, 8, 16).Flatten(1).MatMul(dense) * 1).Softmax()];
        });

        var same = Simplification.Run(graph, sameBits: true);

        Assert.True(same.Nodes.Count < graph.Nodes.Count);
        AssertEqual(graph, same);
    }

    [Fact]
    public void ToString_OfOpsWithAttributes_StatesThem()
    {
        using var scope = MemoryScope.Begin();

        Assert.Contains("= permute(%x, order [1, 0])\n", Trace([2, 3], x => [x.Permute(1, 0)]).ToString(), StringComparison.Ordinal);
    }
}
