namespace Mettle.Nn.Tests.Training;

public sealed class CutMixTests
{
    [Fact]
    public void Of_Images_PastesOneRectangleOfThePartnerAndSharesLabelsByArea()
    {
        const int Rows = 6, Height = 7, Width = 5;
        bool cut = false;
        for (int trial = 0; trial < 20; trial++)
        {
            using var scope = MemoryScope.Begin("cutmix");

            // Every pixel of image n is n, so that a pixel tells where it came from.
            float[] pixels = [.. Enumerable.Range(0, Rows * 2 * Height * Width).Select(i => (float)(i / (2 * Height * Width)))];
            var batch = new Batch([Tensor.From(pixels).Reshape(Rows, 2, Height, Width)], Tensor.From(Enumerable.Range(0, Rows).Select(i => (long)i).ToArray()), [.. Enumerable.Range(0, Rows)]);
            var mixed = CutMix.Of(batch, 1, RandomKey.FromSeed((ulong)trial));
            float[] values = mixed.Inputs[0].ToArray<float>();
            long[] partners = mixed.PartnerTargets!.ToArray<long>();
            for (int n = 0; n < Rows; n++)
            {
                float[] image = values[(n * 2 * Height * Width)..((n + 1) * 2 * Height * Width)];
                Assert.All(image, v => Assert.True(v == n || v == partners[n]));
                if (partners[n] != n)
                {
                    Assert.Equal(mixed.Share, image.Count(v => v == n) / (double)image.Length, 12);
                    int[] pasted = [.. Enumerable.Range(0, Height * Width).Where(i => image[i] == partners[n])];
                    Assert.True(pasted.SequenceEqual([.. Enumerable.Range(0, Height * Width).Where(i => image[(Height * Width) + i] == partners[n])]));
                    int rows = pasted.Select(i => i / Width).Distinct().Count(), columns = pasted.Select(i => i % Width).Distinct().Count();
                    Assert.Equal(rows * columns, pasted.Length);
                    cut |= pasted.Length > 1;
                }
            }
        }

        Assert.True(cut);
    }

    [Fact]
    public void Of_RowsThatAreNoImages_SaysSo()
    {
        using var scope = MemoryScope.Begin("cutmix");
        var batch = new Batch([Tensor.From(new float[6]).Reshape(2, 3)], Tensor.From([0L, 1L]), [0, 1]);
        Assert.Contains("images", Assert.Throws<InvalidOperationException>(() => CutMix.Of(batch, 1, RandomKey.FromSeed(1))).Message, StringComparison.Ordinal);
    }
}
