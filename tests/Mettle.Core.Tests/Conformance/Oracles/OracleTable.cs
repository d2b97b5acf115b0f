namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>The definition of an op in float64 loops over indices, independent of the engine's kernels.</summary>
internal delegate NdArray[] Oracle(Op op, NdArray[] inputs);

/// <summary>Every oracle by its op's name.</summary>
internal static class OracleTable
{
    public static IReadOnlyDictionary<string, Oracle> All { get; } = new Dictionary<string, Oracle>(
        [
            .. ElementwiseOracles.All, .. MovementOracles.All, .. ReductionOracles.All, .. ContractionOracles.All,
            .. IndexingOracles.All, .. ProbabilityOracles.All, .. ConvolutionOracles.All, .. PoolingOracles.All, .. NormalizationOracles.All,
            .. RecurrentOracles.All, .. QuantizedOracles.All, .. AttentionOracles.All]);

    public static NdArray[] Run(string name, Op op, params NdArray[] inputs)
        => All.TryGetValue(name, out var oracle)
            ? oracle(op, inputs)
            : throw new InvalidOperationException($"No oracle for '{name}': write its definition in float64 loops under Conformance/Oracles.");
}
