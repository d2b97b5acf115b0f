namespace Mettle.Nn.Tests;

public sealed class DatasetTests
{
    [Fact]
    public void Load_BytesWithNormalization_ScalesPerChannel()
    {
        using var scope = MemoryScope.Begin();
        var data = ArrayDataset.Classification(
            new byte[] { 0, 255, 51, 102 }, [2, 1, 1], [7, 8], normalization: new Normalization([0, 0.5], [1, 0.25]));
        var batch = data.Load([1, 0], default);
        Assert.Equal([0.2f, -0.4f, 0f, 2f], batch.Inputs[0].ToArray<float>().Select(v => MathF.Round(v, 5)));
        Assert.Equal("[2, 2, 1, 1]", batch.Inputs[0].Shape.ToString());
        Assert.Equal([8L, 7L], batch.Targets.ToArray<long>());
        Assert.Equal([1, 0], batch.Indices);
    }

    [Fact]
    public void Load_WithCategories_GivesASecondInput()
    {
        using var scope = MemoryScope.Begin();
        var data = ArrayDataset.Regression([1, 2, 3], [1], 3, [10, 20, 30, 40, 50, 60], categories: [4, 5, 6]);
        var batch = data.Load([2], default);
        Assert.Equal([6L], batch.Inputs[1].ToArray<long>());
        Assert.Equal([50f, 60f], batch.Targets.ToArray<float>());
    }

    [Fact]
    public void Classification_WithTooFewFeatures_SaysHowMany()
        => Assert.Contains("5 feature values", Assert.Throws<ArgumentException>(() => ArrayDataset.Classification(new float[5], [2], [0, 1, 0])).Message, StringComparison.Ordinal);

    [Fact]
    public void Subset_LoadsChosenSamplesUnderItsOwnPositions()
    {
        using var scope = MemoryScope.Begin();
        var data = new Subset(ArrayDataset.Classification([1f, 2, 3, 4], [1], [0, 1, 2, 3]), [3, 1, 3]);
        var batch = data.Load([0, 2, 1], default);
        Assert.Equal([3L, 3L, 1L], batch.Targets.ToArray<long>());
        Assert.Equal([0, 2, 1], batch.Indices);
    }

    [Fact]
    public void Epoch_OfAShuffledOrder_HoldsEverySampleOnceAndDependsOnSeedAndEpoch()
    {
        var order = new BatchOrder(100, 32, RandomKey.FromSeed(4));
        Assert.Equal(4, order.Batches);
        var first = order.Epoch(0).SelectMany(b => b).ToArray();
        Assert.Equal(Enumerable.Range(0, 100), first.Order());
        Assert.Equal(first, order.Epoch(0).SelectMany(b => b));
        Assert.NotEqual(first, order.Epoch(1).SelectMany(b => b));
        Assert.NotEqual(first, (order with { Key = RandomKey.FromSeed(5) }).Epoch(0).SelectMany(b => b));
        Assert.Equal([32, 32, 32], (order with { DropLast = true }).Epoch(0).Select(b => b.Length));
    }

    [Fact]
    public void RandomCrop_ShiftsTheImageAndFills()
    {
        var size = new ImageSize(1, 5, 5);
        var key = Enumerable.Range(0, 100).Select(i => RandomKey.FromSeed((ulong)i)).First(k => k.Below(5, 0) == 4 && k.Below(5, 1) == 1);
        float[] image = [.. Enumerable.Range(1, 25).Select(i => (float)i)];
        new RandomCrop(2, -1).Apply(image, size, key);
        // Down 2, left 1: row y reads row y + 2, column x reads column x - 1.
        Assert.Equal([-1f, 11, 12, 13, 14], image[..5]);
        Assert.Equal([-1f, -1, -1, -1, -1], image[15..20]);
    }

    [Fact]
    public void RandomFlip_HalfOfTheTime_Mirrors()
    {
        int flips = 0;
        for (int i = 0; i < 1000; i++)
        {
            float[] image = [1, 2, 3];
            new RandomFlip().Apply(image, new ImageSize(1, 1, 3), RandomKey.FromSeed((ulong)i));
            flips += image[0] == 3 ? 1 : 0;
            Assert.Equal(2, image[1]);
        }

        Assert.InRange(flips, 430, 570);
    }

    [Fact]
    public void Cutout_BlanksAtMostItsSquareInEveryChannel()
    {
        float[] image = [.. Enumerable.Repeat(1f, 2 * 8 * 8)];
        new Cutout(4).Apply(image, new ImageSize(2, 8, 8), RandomKey.FromSeed(2));
        int first = image[..64].Count(v => v == 0);
        Assert.InRange(first, 4, 16);
        Assert.Equal(first, image[64..].Count(v => v == 0));
    }
}
