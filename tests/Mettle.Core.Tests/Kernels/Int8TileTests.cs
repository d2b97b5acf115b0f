namespace Mettle.Core.Tests.Kernels;

/// <summary>Every path that this machine has, against sums in 64 bits.</summary>
public sealed class Int8TileTests
{
    [Fact]
    public void Multiply_MachineCode_EqualsSumsIn64Bits() => Check<Int8TileCode>();

    [Fact]
    public void Multiply_Vnni_EqualsSumsIn64Bits() => Check<Int8TileVnni>();

    [Fact]
    public void Multiply_Avx512_EqualsSumsIn64Bits() => Check<Int8TileAvx512>();

    [Fact]
    public void Multiply_Avx2_EqualsSumsIn64Bits() => Check<Int8TileAvx2>();

    [Fact]
    public void Multiply_Portable_EqualsSumsIn64Bits() => Check<Int8TilePortable>();

    // Random bytes, and the values whose pairs would overflow 16 bits.
    private static unsafe void Check<TTile>()
        where TTile : struct, IInt8Tile
    {
        Assert.SkipUnless(TTile.IsSupported, $"This machine has no {typeof(TTile).Name}.");
        var key = RandomKey.FromSeed(1);
        foreach (bool extreme in new[] { false, true })
        {
            foreach (var (runs, length, columns) in new[] { (1, 1, 1), (1, 64, 16), (3, 9, 5), (2, 30, 33), (1, 4099, 17) })
            {
                for (int m = 1; m <= TTile.Rows; m++)
                {
                    int k = runs * length, pitch = (k + 3) / 4 * 4;
                    byte[] a = [.. Enumerable.Range(0, (m * pitch) + Int8Rows.Slack).Select(i => extreme ? (byte)255 : (byte)key.Below(256, (ulong)i))];
                    sbyte[] w = [.. Enumerable.Range(0, k * columns).Select(i => extreme ? (sbyte)-128 : (sbyte)(key.Below(256, (ulong)i + 99) - 128))];
                    Assert.Equal(Oracle(a, w, m, k, columns, pitch), Run<TTile>(a, w, m, runs, length, columns, pitch));
                }
            }
        }
    }

    private static int[] Oracle(byte[] a, sbyte[] w, int m, int k, int columns, int pitch)
        => [.. from i in Enumerable.Range(0, m)
               from n in Enumerable.Range(0, columns)
               select (int)Enumerable.Range(0, k).Sum(t => (long)a[(i * pitch) + t] * w[(t * columns) + n])];

    private static unsafe int[] Run<TTile>(byte[] a, sbyte[] w, int m, int runs, int length, int columns, int pitch)
        where TTile : struct, IInt8Tile
    {
        using var scope = MemoryScope.Begin();
        var size = new Int8Panels(null, columns, runs, length, false);
        var packed = Tensor.Zeros([checked((int)size.Bytes)], DType.U8);
        var panels = new Int8Panels(packed.Pointer, columns, runs, length, false);
        var wide = Tensor.Zeros([a.Length + 64], DType.I16);
        var sums = Tensor.Zeros([m, panels.Count * Int8Panels.Width], DType.I32);
        nint[] rows = new nint[m], starts = new nint[runs];
        int unit = TTile.Wide ? 2 : 1;
        for (int i = 0; i < m; i++)
        {
            rows[i] = i * pitch * unit;
        }

        for (int r = 0; r < runs; r++)
        {
            starts[r] = r * length * unit;
        }

        fixed (byte* pa = a)
        fixed (sbyte* pw = w)
        fixed (nint* pr = rows, ps = starts)
        {
            panels.Pack<TTile>(new Int8Source { Data = (byte*)pw, Depth = columns, Column = 1 }, 1);
            for (int i = 0; i < a.Length; i++)
            {
                ((short*)wide.Pointer)[i] = pa[i];
            }

            for (int j = 0; j < panels.Count; j += TTile.Panels)
            {
                TTile.Multiply(
                    TTile.Wide ? wide.Pointer : pa,
                    pr,
                    m,
                    ps,
                    runs,
                    panels.Quads,
                    panels.Panel(j),
                    panels.PanelBytes,
                    Math.Min(TTile.Panels, panels.Count - j),
                    (int*)sums.Pointer + (j * Int8Panels.Width),
                    panels.Count * Int8Panels.Width);
            }
        }

        int[] all = sums.ToArray<int>();
        return [.. from i in Enumerable.Range(0, m) from n in Enumerable.Range(0, columns) select all[(i * panels.Count * Int8Panels.Width) + n]];
    }
}
