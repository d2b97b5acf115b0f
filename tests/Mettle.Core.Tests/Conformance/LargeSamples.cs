namespace Mettle.Core.Tests.Conformance;

/// <summary>Applications large enough that kernels are cut into several parts: what threads could change shows here.</summary>
internal static class LargeSamples
{
    public static IEnumerable<(string Name, OpSample Sample)> All { get; } =
    [
        ("exp", new("large", Exp.Instance, 0, new SampleInput([3, 30011]))),
        ("pow", new("large", Pow.Instance, 0, new SampleInput([3, 30011], Fill.Positive), new SampleInput([3, 30011]))),
        ("sum", new("large rows", new Sum(1), 0, new SampleInput([3, 30011]))),
        ("sum", new("large columns", new Sum(0), 0, new SampleInput([10007, 9]))),
        ("sum", new("large all", new Sum(), 0, new SampleInput([9, 10007]))),
        ("max", new("large", new Max(0), 0, new SampleInput([9007, 5]))),
        ("matmul", new("large", MatMul.Instance, 0, new SampleInput([203, 301]), new SampleInput([301, 251]))),
        ("slice_backward", new("large", new SliceBackward([301, 401], [1, 0], [1, 2]), 0, new SampleInput([300, 200]))),
    ];
}
