namespace Mettle.Onnx.Tests.Operators;

/// <summary>Whole-number arithmetic against the language's own.</summary>
public sealed class IntegerTests
{
    private static readonly long[] Edges =
        [0, 1, -1, 2, -2, 3, 7, -7, 10, 255, 1L << 31, (1L << 53) + 1, -(1L << 53) - 1, (1L << 62) + 12345, long.MaxValue, long.MinValue + 1, 999_999_999_999_999_989, -4_611_686_018_427_387_905];

    private static readonly (long A, long B)[] Pairs = [.. Edges.SelectMany(a => Edges.Concat(Random()).Where(b => b != 0).Select(b => (a, b)))];

    private static Tensor A => Tensor.From(Array.ConvertAll(Pairs, p => p.A));

    private static Tensor B => Tensor.From(Array.ConvertAll(Pairs, p => p.B));

    [Fact]
    public void Div_I64_CutsTheFractionOff()
        => Assert.Equal(Pairs.Select(p => p.A / p.B), Models.Apply("Div", 14, [A, B]).ToArray<long>());

    [Fact]
    public void Mod_I64_HasTheSignOfTheDivisor()
        => Assert.Equal(Pairs.Select(p => p.A % p.B is var r && r != 0 && (r < 0) != (p.B < 0) ? r + p.B : p.A % p.B), Models.Apply("Mod", 13, [A, B]).ToArray<long>());

    [Fact]
    public void Mod_I64LikeC_HasTheSignOfTheDividend()
        => Assert.Equal(Pairs.Select(p => p.A % p.B), Models.Apply("Mod", 13, [A, B], Models.Attribute("fmod", 1L)).ToArray<long>());

    [Fact]
    public void Div_I32_CutsTheFractionOff()
    {
        int[] a = Array.ConvertAll(Pairs, p => (int)p.A), b = Array.ConvertAll(Pairs, p => (int)p.B is 0 or -1 ? 3 : (int)p.B);
        Assert.Equal(a.Zip(b, (x, y) => x / y), Models.Apply("Div", 14, [Tensor.From(a), Tensor.From(b)]).ToArray<int>());
    }

    [Fact]
    public void Div_ByZero_IsZero() => Assert.Equal([0L, 0L], Models.Apply("Div", 14, [Tensor.From([5L, -5L]), Tensor.From([0L])]).ToArray<long>());

    [Fact]
    public void U64_BeyondTheSignedRange_IsUnsigned()
    {
        ulong[] a = [ulong.MaxValue, 1UL << 63, 5, 0], b = [3, (1UL << 63) + 1, ulong.MaxValue, 1];
        var (x, y) = (Tensor.From(a), Tensor.From(b));
        Assert.Equal(a.Zip(b, (p, q) => p / q), Models.Apply("Div", 14, [x, y]).ToArray<ulong>());
        Assert.Equal(a.Zip(b, (p, q) => p % q), Models.Apply("Mod", 13, [x, y]).ToArray<ulong>());
        Assert.Equal(a.Zip(b, ulong.Max), Models.Apply("Max", 13, [x, y]).ToArray<ulong>());
        Assert.Equal(a.Zip(b, ulong.Min), Models.Apply("Min", 13, [x, y]).ToArray<ulong>());
        Assert.Equal(a.Zip(b, (p, q) => p < q), Models.Apply("Less", 13, [x, y]).ToArray<bool>());
        Assert.Equal(a.Zip(b, (p, q) => unchecked(p * q)), Models.Apply("Mul", 14, [x, y]).ToArray<ulong>());
        Assert.Equal(a.Select(p => p >> 3), Models.Apply("BitShift", 11, [x, Tensor.From([3UL])], Models.Attribute("direction", "RIGHT")).ToArray<ulong>());
        Assert.Equal(a.Select(p => (double)p), ((TensorValue)Models.Apply("Cast", 13, [OnnxValue.From(x)], Models.Attribute("to", 11L))).Tensor.ToArray<double>());
        Assert.Equal([0L], Models.Apply("ArgMax", 13, [x]).ToArray<long>());
    }

    [Theory]
    [InlineData(3L, 4L, 81L)]
    [InlineData(-2L, 63L, long.MinValue)]
    [InlineData(7L, 0L, 1L)]
    [InlineData(2L, -1L, 0L)]
    [InlineData(-1L, -3L, -1L)]
    [InlineData(10L, 18L, 1_000_000_000_000_000_000L)]
    public void Pow_WholeNumbers_IsExact(long a, long b, long power)
        => Assert.Equal([power], Models.Apply("Pow", 15, [Tensor.From([a]), Tensor.From([b])]).ToArray<long>());

    [Fact]
    public void Pow_WholeBaseFractionalExponent_IsExactWhereItIsWhole()
        => Assert.Equal([243, 1000000, 2], Models.Apply("Pow", 15, [Tensor.From([3, 10, 5]), Tensor.From([5f, 6f, 0.5f])]).ToArray<int>());

    [Fact]
    public void SmallIntegers_Overflow_WrapAround()
    {
        Assert.Equal([(byte)44], Models.Apply("Add", 14, [Tensor.From([(byte)200]), Tensor.From([(byte)100])]).ToArray<byte>());
        Assert.Equal([(sbyte)-128], Models.Apply("Neg", 13, [Tensor.From([(sbyte)-128])]).ToArray<sbyte>());
        Assert.Equal([(byte)0xF0], Models.Apply("BitShift", 11, [Tensor.From([(byte)0xFF]), Tensor.From([(byte)4])], Models.Attribute("direction", "LEFT")).ToArray<byte>());
        Assert.Equal([(byte)0x5A], Models.Apply("BitwiseNot", 18, [Tensor.From([(byte)0xA5])]).ToArray<byte>());
    }

    private static IEnumerable<long> Random()
    {
        var key = RandomKey.FromSeed(11).For("divisors");
        return Enumerable.Range(0, 40).Select(i => (long)(Math.Pow(2, 63 * key.Uniform((uint)i)) * (i % 2 == 0 ? 1 : -1)));
    }
}
