namespace Mettle.Core.Tests.Ops;

/// <summary>Comparisons of decision trees where they are close or missing.</summary>
public sealed class TreeLeavesTests
{
    private static readonly double[] Values = [double.NegativeInfinity, -1, -double.Epsilon, 0, double.Epsilon, 1, double.PositiveInfinity, double.NaN];

    public static TheoryData<double, bool, bool> Nodes
    {
        get
        {
            var data = new TheoryData<double, bool, bool>();
            foreach (double split in Values)
            {
                foreach (bool below in new[] { false, true })
                {
                    data.Add(split, below, false);
                    data.Add(split, below, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void Apply_EdgesOfTheNumbers_GoTheRightWay(double split, bool below, bool missingIsYes)
    {
        var op = new TreeLeaves([new DecisionNode(0, split, ~1, ~0, below, missingIsYes)], 0);
        long[] expected = [.. Values.Select(v => double.IsNaN(v) ? missingIsYes : below ? v < split : v <= split).Select(holds => holds ? 1L : 0L)];
        Assert.Equal(expected, op.Apply(Tensor.From(Values, [Values.Length, 1])).ToArray<long>());
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void Apply_EdgesOfTheNumbersInF32_GoTheRightWay(double split, bool below, bool missingIsYes)
    {
        float[] values = [float.NegativeInfinity, -1, -float.Epsilon, 0, float.Epsilon, 1, float.PositiveInfinity, float.NaN];
        var op = new TreeLeaves([new DecisionNode(0, split, ~1, ~0, below, missingIsYes)], 0);
        long[] expected = [.. values.Select(v => float.IsNaN(v) ? missingIsYes : below ? v < (float)split : v <= (float)split).Select(holds => holds ? 1L : 0L)];
        Assert.Equal(expected, op.Apply(Tensor.From(values, [values.Length, 1])).ToArray<long>());
    }

    [Fact]
    public void Apply_ColumnsOfATransposedMatrix_AreThoseOfTheRows()
    {
        var op = new TreeLeaves([new DecisionNode(1, 0.5, ~0, ~1)], 0);
        var x = Tensor.From([0f, 1f, 2f, 1f, 0f, 0.5f], [2, 3]).Transpose();
        Assert.Equal([1L, 0L, 0L], op.Apply(x).ToArray<long>());
    }
}
