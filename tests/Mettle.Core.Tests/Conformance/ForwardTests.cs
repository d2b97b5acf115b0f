using Mettle.Core.Tests.Conformance.Oracles;

namespace Mettle.Core.Tests.Conformance;

[NoLeaks]
public sealed class ForwardTests
{
    public static IEnumerable<TheoryDataRow<string, string, DType>> Rows => Table.SamplesByType;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Apply_Sample_MatchesOracle(string op, string sample, DType type)
    {
        using var scope = MemoryScope.Begin();
        var row = Table.Find(op, sample);
        var inputs = Draw.Inputs(op, row, type);
        var expected = OracleTable.Run(op, row.Op, [.. inputs.Select(NdArray.Of)]);
        var actual = row.Op.ApplyAll(inputs);
        Assert.Equal(expected.Length, actual.Length);
        for (int k = 0; k < actual.Length; k++)
        {
            Compare.Close(expected[k], NdArray.Of(actual[k]), inputs.Any(x => x.DType == DType.F64) ? 1e-12 : row.Tolerance, row.Op is ElementwiseOp, $"{op}, result {k}");
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Infer_Sample_IsWhatApplyMakes(string op, string sample, DType type)
    {
        using var scope = MemoryScope.Begin();
        var row = Table.Find(op, sample);
        var inputs = Draw.Inputs(op, row, type);
        Assert.Equal(row.Op.Infer([.. inputs.Select(x => x.Spec)]), row.Op.ApplyAll(inputs).Select(y => y.Spec));
    }
}
