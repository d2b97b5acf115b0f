namespace Mettle.Core.Tests.Conformance;

/// <summary>Operands that are views of other memory give what copies of them give, forward and backward.</summary>
[NoLeaks]
public sealed class ViewTests
{
    private static readonly string[] Layouts = ["axes reversed", "every second of a wider one", "backwards", "repeated along the first axis"];

    public static IEnumerable<TheoryDataRow<string, string, string>> Rows
        => from row in Table.Samples
           where Table.Find(row.Data.Item1, row.Data.Item2).Inputs.Any(i => i.Shape.Rank > 0 && i.Shape.Count > 0)
           from layout in Layouts
           select new TheoryDataRow<string, string, string>(row.Data.Item1, row.Data.Item2, layout);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Apply_OnViews_EqualsCopies(string op, string sample, string layout)
    {
        using var scope = MemoryScope.Begin();
        var row = Table.Find(op, sample);
        var views = Draw.Inputs(op, row, DType.F32).Select(x => View(x, layout)).ToArray();
        var copies = views.Select(x => Tensor.FromBytes(x.ToBytes(), x.Shape, x.DType)).ToArray();
        var fromViews = row.Op.ApplyAll(views);
        var fromCopies = row.Op.ApplyAll(copies);
        for (int k = 0; k < fromCopies.Length; k++)
        {
            Same(row, fromCopies[k], fromViews[k], row.Tolerance, $"{op}, result {k}");
        }

        var slopes = new Slopes(op, row);
        var expected = slopes.Gradients(copies);
        var actual = slopes.Gradients(views);
        for (int j = 0; j < expected.Length; j++)
        {
            // The loss is a sum over results in the order they lie in memory, so gradients through it may round otherwise.
            Compare.Close(expected[j], actual[j], 10 * row.Tolerance, perElement: false, $"{op}, gradient {j}");
        }
    }

    private static void Same(OpSample row, Tensor expected, Tensor actual, double tolerance, string what)
    {
        if (Table.SameOrder(row.Op))
        {
            Compare.SameBits(expected, actual, what);
        }
        else
        {
            Compare.Close(NdArray.Of(expected), NdArray.Of(actual), tolerance, perElement: false, what);
        }
    }

    private static Tensor View(Tensor x, string layout)
    {
        if (x.Rank == 0 || x.Count == 0)
        {
            return x;
        }

        int[] reversed = [.. Enumerable.Range(0, x.Rank).Reverse()];
        return layout switch
        {
            "axes reversed" => x.Permute(reversed).Contiguous().Permute(reversed),
            "every second of a wider one" => Wider(x).Narrow(-1, 1, 2 * x.Shape[^1], 2),
            "backwards" => Enumerable.Range(0, x.Rank).Aggregate(Backwards(x), (t, axis) => t.Flip(axis)),
            _ => x.Narrow(0, 0, 1).Broadcast(x.Shape),
        };
    }

    // Element i of the last axis goes to 2 i + 1; zeros lie between.
    private static Tensor Wider(Tensor x)
    {
        int last = x.Rank - 1;
        var starts = new int[x.Rank];
        var steps = Enumerable.Repeat(1, x.Rank).ToArray();
        (starts[last], steps[last]) = (1, 2);
        return new SliceBackward(x.Shape.With(last, 2 * x.Shape[last]), starts, steps).Apply(x);
    }

    private static Tensor Backwards(Tensor x)
        => Enumerable.Range(0, x.Rank).Aggregate(x, (t, axis) => t.Flip(axis)) is var t ? Tensor.FromBytes(t.ToBytes(), t.Shape, t.DType) : x;
}
