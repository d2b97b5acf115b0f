namespace Mettle.Core.Tests.Conformance;

/// <summary>Rows of theories over the op table, by name so that each test says which op and sample it is about.</summary>
internal static class Table
{
    public static IEnumerable<TheoryDataRow<string, string>> Samples
        => from info in OpTable.All from sample in info.Samples() select new TheoryDataRow<string, string>(info.Name, sample.Title);

    public static IEnumerable<TheoryDataRow<string, string, DType>> SamplesByType
        => from row in Samples from type in new[] { DType.F32, DType.F64 } select new TheoryDataRow<string, string, DType>(row.Data.Item1, row.Data.Item2, type);

    public static IEnumerable<TheoryDataRow<string, string>> FusedSamples
        => Samples.Where(row => Find(row.Data.Item1, row.Data.Item2).Op is FusedOp);

    public static IEnumerable<TheoryDataRow<string, string>> Errors
        => from info in OpTable.All from error in info.Errors() select new TheoryDataRow<string, string>(info.Name, error.Title);

    public static OpSample Find(string op, string sample) => Row(op).Samples().Single(s => s.Title == sample);

    public static OpInfo Row(string op) => OpTable.All.Single(row => row.Name == op);

    /// <summary>Indices of the sample's inputs that have a gradient.</summary>
    public static int[] Differentiable(OpSample sample)
        => sample.Differentiable ?? [.. Enumerable.Range(0, sample.Inputs.Length).Where(i => sample.Inputs[i].Type(DType.F64) == DType.F64)];

    /// <summary>
    /// Whether the op promises one order of operations per result element whatever the batch and memory layout. Reductions
    /// follow the strides, a fused op's batching runs its decomposition, a convolution's may add the bias last.
    /// </summary>
    public static bool SameOrder(Op op) => op is not (Reduction or FusedOp or ConvolutionOp);
}
