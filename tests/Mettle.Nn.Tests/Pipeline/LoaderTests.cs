namespace Mettle.Nn.Tests;

[Collection(nameof(Alone))]
public sealed class LoaderTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(5).For("augment");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Enumerate_WithAnyNumberOfWorkers_GivesTheSameBatches(int workers)
    {
        var dataset = new AugmentedDataset(Images(50), [new RandomCrop(2), new RandomFlip(), new Cutout(3), new BrightnessContrast()]);
        var order = new BatchOrder(50, 8, RandomKey.FromSeed(1)).Epoch(2);
        Assert.Equal(Read(new Loader(dataset, order, Key.At(2), 0)), Read(new Loader(dataset, order, Key.At(2), workers)));
    }

    [Fact]
    public void Enumerate_FromTheMiddle_ContinuesTheEpoch()
    {
        var dataset = Images(50);
        var order = new BatchOrder(50, 8, RandomKey.FromSeed(1)).Epoch(0);
        var whole = Read(new Loader(dataset, order, Key, 2));
        var rest = Read(new Loader(dataset, order, Key, 2, from: 3));
        Assert.Equal(whole[3..], rest);
    }

    [Fact]
    public void Enumerate_StoppedEarly_FreesWhatWasMade()
    {
        TrainingMemoryTests.Settle();
        long before = Memory.LiveBlocks;
        foreach (var batch in new Loader(Images(400), new BatchOrder(400, 8).Epoch(0), Key, 2))
        {
            batch.Release();
            break;
        }

        Assert.Equal(before, Memory.LiveBlocks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Enumerate_DatasetThatThrows_ThrowsTheSame(int workers)
    {
        TrainingMemoryTests.Settle();
        long before = Memory.LiveBlocks;
        var order = new BatchOrder(40, 8).Epoch(0);
        var read = new List<int>();
        var e = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var batch in new Loader(new Broken(Images(40), 27), order, Key, workers))
            {
                read.Add(batch.Indices[0]);
                batch.Release();
            }
        });
        Assert.Equal("sample 27 is broken", e.Message);
        Assert.Equal([0, 8, 16], read);
        Assert.Equal(before, Memory.LiveBlocks);
    }

    internal static ArrayDataset Images(int count)
    {
        var pixels = new byte[count * 2 * 6 * 6];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)RandomKey.FromSeed(9).Below(256, (ulong)i);
        }

        return ArrayDataset.Classification(pixels, [2, 6, 6], [.. Enumerable.Range(0, count).Select(i => i % 3)], normalization: new Normalization([0.5, 0.4], [0.2, 0.3]));
    }

    private static string[] Read(Loader loader)
    {
        var result = new List<string>();
        foreach (var batch in loader)
        {
            result.Add(Convert.ToHexString([.. batch.Inputs[0].ToBytes(), .. batch.Targets.ToBytes()]) + string.Join(',', batch.Indices));
            batch.Release();
        }

        return [.. result];
    }

    private sealed class Broken(IDataset source, int at) : IDataset
    {
        public int Count => source.Count;

        public Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey)
            => indices.Contains(at) ? throw new InvalidDataException($"sample {at} is broken") : source.Load(indices, epochKey);
    }
}
