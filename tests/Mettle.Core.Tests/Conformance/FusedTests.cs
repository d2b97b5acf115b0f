namespace Mettle.Core.Tests.Conformance;

/// <summary>Fused kernels against the op's own decomposition.</summary>
[NoLeaks]
public sealed class FusedTests
{
    public static IEnumerable<TheoryDataRow<string, string, DType>> Rows
        => from row in Table.FusedSamples from type in new[] { DType.F32, DType.F64 } select new TheoryDataRow<string, string, DType>(row.Data.Item1, row.Data.Item2, type);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Rows))]
    public void FusedKernels_Sample_EqualDecomposition(string op, string sample, DType type)
    {
        using var scope = MemoryScope.Begin();
        var row = Table.Find(op, sample);
        var fused = (FusedOp)row.Op;
        double tolerance = type == DType.F32 ? 2 * row.Tolerance : 1e-11;
        var inputs = Draw.Inputs(op, row, type);
        var direct = fused.ApplyAll(inputs);
        var parts = fused.Decompose(inputs);
        for (int k = 0; k < direct.Length; k++)
        {
            Compare.Close(NdArray.Of(parts[k]), NdArray.Of(direct[k]), tolerance, perElement: false, $"{op}, result {k}");
        }

        var slow = new Slopes(op, row, fused.Decompose).Gradients(inputs);
        var fast = new Slopes(op, row).Gradients(inputs);
        for (int j = 0; j < fast.Length; j++)
        {
            Compare.Close(slow[j], fast[j], 10 * tolerance, perElement: false, $"{op}, gradient {j}");
        }
    }
}
