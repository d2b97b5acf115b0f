namespace Mettle.Core.Tests.Ops;

public sealed class CastTests
{
    [Fact]
    public void To_EveryHalf_IsTheSameNumber()
    {
        using var scope = MemoryScope.Begin();

        // One more than whole vectors.
        ushort[] bits = [.. Enumerable.Range(0, 65537).Select(i => (ushort)i)];
        byte[] bytes = new byte[bits.Length * 2];
        Buffer.BlockCopy(bits, 0, bytes, 0, bytes.Length);

        float[] wide = Tensor.FromBytes(bytes, [bits.Length], DType.F16).To(DType.F32).ToArray<float>();

        Assert.All(bits.Zip(wide), pair =>
        {
            float expected = (float)BitConverter.UInt16BitsToHalf(pair.First);
            Assert.True(float.IsNaN(expected) ? float.IsNaN(pair.Second) : BitConverter.SingleToUInt32Bits(expected) == BitConverter.SingleToUInt32Bits(pair.Second), $"{pair.First:X4} gives {pair.Second}");
        });
    }
}
