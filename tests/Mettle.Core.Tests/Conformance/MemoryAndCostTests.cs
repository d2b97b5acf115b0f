namespace Mettle.Core.Tests.Conformance;

public sealed class MemoryAndCostTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Rows => Table.Samples;

    [Theory]
    [MemberData(nameof(Rows))]
    public void ForwardAndBackward_InScope_LeaveNoBlock(string op, string sample)
    {
        var row = Table.Find(op, sample);
        var slopes = new Slopes(op, row);
        long before = NoLeaksAttribute.Settled();
        using (MemoryScope.Begin())
        {
            slopes.Gradients(Draw.Inputs(op, row, DType.F32));
        }

        Assert.Equal(before, Memory.LiveBlocks);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Cost_Sample_IsWhatWasWorkedOutByHand(string op, string sample)
    {
        var row = Table.Find(op, sample);
        TensorSpec[] inputs = [.. row.Inputs.Select(i => new TensorSpec(i.Shape, i.Type(DType.F32)))];
        var outputs = row.Op.Infer(inputs);
        var cost = row.Op.Cost(inputs, outputs);
        Assert.Equal(row.Flops, cost.Flops);
        if (cost.BytesRead == 0 && cost.BytesWritten == 0)
        {
            using var scope = MemoryScope.Begin();
            var x = Draw.Inputs(op, row, DType.F32);
            Assert.All(row.Op.ApplyAll(x), y => Assert.True(
                y.Count == 0 || x.Any(t => ReferenceEquals(t.Storage, y.Storage)), $"{op} says that it moves no bytes, but its result is not a view."));
            return;
        }

        var dense = Cost.Dense(0, inputs, outputs);
        Assert.Equal((dense.BytesRead, dense.BytesWritten), (cost.BytesRead, cost.BytesWritten));
    }
}
