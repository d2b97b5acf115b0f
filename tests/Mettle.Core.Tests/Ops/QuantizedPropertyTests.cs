using Mettle.Core.Tests.Conformance;
using Mettle.Core.Tests.Conformance.Oracles;

namespace Mettle.Core.Tests.Ops;

/// <summary>Products and convolutions of random sizes, types, zero points and attributes, against sums in 64 bits.</summary>
[NoLeaks]
public sealed class QuantizedPropertyTests
{
    public static IEnumerable<TheoryDataRow<int>> Seeds => Enumerable.Range(0, 40).Select(seed => new TheoryDataRow<int>(seed));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void MatMulInteger_RandomSizes_EqualsSumsIn64Bits(int seed)
    {
        using var scope = MemoryScope.Begin();
        var draw = new Source(seed);
        int m = draw.Below(120), n = draw.Below(300), k = draw.Below(150);
        Fill left = draw.Fill(), right = draw.Fill();
        int[] lead = draw.Below(3) == 0 ? [1 + draw.Below(3)] : [];
        Check("matmul_integer", MatMulInteger.Instance, seed, new([.. lead, m, k], left), new([.. lead, k, n], right), new([.. lead, m, 1], left), new([.. lead, 1, n], right));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ConvInteger_RandomAttributes_EqualsSumsIn64Bits(int seed)
    {
        using var scope = MemoryScope.Begin();
        var draw = new Source(seed);
        int groups = 1 + draw.Below(4), channels = 1 + draw.Below(5), filters = 1 + draw.Below(seed % 5 == 0 ? 50 : 5);
        if (seed % 4 == 1)
        {
            (groups, channels, filters) = (1 + draw.Below(40), 1, 1);
        }

        int[] kernel = [1 + draw.Below(3), 1 + draw.Below(4)];
        var op = new ConvInteger(
            [1 + draw.Below(2), 1 + draw.Below(2)], [draw.Below(3), draw.Below(3), draw.Below(3), draw.Below(3)], [1 + draw.Below(2), 1 + draw.Below(2)], groups);
        Fill images = draw.Fill(), weights = draw.Fill();
        int[] x = [draw.Below(3), groups * channels, 5 + draw.Below(9), 7 + draw.Below(9)];
        Check("conv_integer", op, seed, new(new Shape(x), images), new([groups * filters, channels, .. kernel], weights), new([], images), new([groups * filters], weights));
    }

    private static void Check(string name, Op op, int seed, params SampleInput[] inputs)
    {
        var sample = new OpSample($"random {seed}", op, 0, inputs);
        var x = Draw.Inputs(name, sample, DType.F32);
        var expected = OracleTable.Run(name, op, [.. x.Select(NdArray.Of)]);
        Compare.Close(expected[0], NdArray.Of(op.ApplyAll(x)[0]), 0, perElement: true, $"{name}, {op}, {string.Join(", ", x.Select(t => t.Spec))}");
    }

    private sealed class Source(int seed)
    {
        private readonly RandomKey key = RandomKey.FromSeed((ulong)seed).For("quantized");
        private ulong drawn;

        public int Below(int bound) => key.Below(bound, drawn++);

        public Fill Fill() => Below(2) == 0 ? Mettle.Fill.U8 : Mettle.Fill.I8;
    }
}
