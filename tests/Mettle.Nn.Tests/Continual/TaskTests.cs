namespace Mettle.Nn.Tests;

/// <summary>Records of accuracies, masks, what tasks make of rows.</summary>
public sealed class TaskTests : IDisposable
{
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void TaskRecord_ThreeTasks_GivesTheMeasuresByHand()
    {
        var record = new TaskRecord([[0.9, 0.85, 0.1], [0.95, 0.8, 0.3], [0.5, 0.6, 0.7]], [0.1, 0.1, 0.1], [], []);
        Assert.True(record.IsSequence);
        Assert.Equal(0.6, record.AverageAccuracy, 1e-12);
        Assert.Equal([0.45, 0.25], record.ForgettingByTask.Select(f => Math.Round(f, 12)));
        Assert.Equal(0.35, record.Forgetting, 1e-12);
        Assert.Equal(((0.5 - 0.9) + (0.6 - 0.8)) / 2, record.BackwardTransfer, 1e-12);
        Assert.Equal(((0.85 - 0.1) + (0.3 - 0.1)) / 2, record.ForwardTransfer, 1e-12);
    }

    [Fact]
    public void Restrict_TaskIsKnown_LeavesItsClassesOnly()
    {
        var tasks = new TaskSequence(ContinualScenario.Task, [[0, 1], [2, 3]]);
        float[] logits = [1, 2, 3, 4, 5, 6, 7, 8];
        tasks.Restrict(logits, [1, 0]);
        Assert.Equal([3f, 4f], logits[2..4]);
        Assert.Equal([5f, 6f], logits[4..6]);
        Assert.All((float[])[.. logits[..2], .. logits[6..]], v => Assert.True(v < -1e29f && float.IsFinite(v)));
        float[] mask = tasks.Mask([1, 0], 4)!.ToArray<float>();
        Assert.Equal([0f, 0f, 0f, 0f], [mask[2], mask[3], mask[4], mask[5]]);
        Assert.Null((tasks with { Scenario = ContinualScenario.Class }).Mask([1, 0], 4));
    }

    [Fact]
    public void PermutedInputs_Tasks_KeepTheValuesInAnotherOrder()
    {
        float[] row = [.. Enumerable.Range(0, 50).Select(i => (float)i)];
        var permuted = new PermutedInputs(3, 50, RandomKey.FromSeed(1));
        float[][] shown = [.. Enumerable.Range(0, 3).Select(t => Shown(permuted, t, row))];
        Assert.Equal(row, shown[0]);
        Assert.Equal(row, shown[1].Order());
        Assert.NotEqual(shown[1], shown[2]);
        Assert.NotEqual(row, shown[1]);
        Assert.Equal(shown[1], Shown(new PermutedInputs(9, 50, RandomKey.FromSeed(1)), 1, row));
    }

    [Fact]
    public void RotatedImages_QuarterAndHalfTurns_AreExact()
    {
        float[] image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        var turned = new RotatedImages(3, 180, [1, 3, 3]);
        Assert.Equal(image, Shown(turned, 0, image));
        float[] quarter = Shown(turned, 1, image);
        float[] expected = [7, 4, 1, 8, 5, 2, 9, 6, 3], other = [3, 6, 9, 2, 5, 8, 1, 4, 7];
        Assert.True(Near(quarter, expected) || Near(quarter, other), string.Join(' ', quarter));
        Assert.True(Near(Shown(turned, 2, image), [.. image.Reverse()]));
    }

    [Fact]
    public void RotatedImages_SlightTurn_InterpolatesWithinTheImagesValues()
    {
        float[] image = Tensor.Uniform(RandomKey.FromSeed(3), [2 * 6 * 5]).ToArray<float>();
        float[] shown = Shown(new RotatedImages(2, 13, [2, 6, 5]), 1, image);
        Assert.NotEqual(image, shown);
        Assert.All(shown, v => Assert.InRange(v, image.Min() - 1e-6f, image.Max() + 1e-6f));
    }

    [Fact]
    public void TaskRows_Load_ShowsRowsAndLabelsByTask()
    {
        var source = ArrayDataset.Classification((float[])[1, 2, 3, 4, 5, 6], [2], [0, 1, 2]);
        var rows = new TaskRows(source, [2, 0, 2], [0, 1, 1], new Doubled());
        using var loaded = MemoryScope.Begin();
        var batch = rows.Load([1, 2, 0], default);
        Assert.Equal([2f, 4f, 10f, 12f, 5f, 6f], batch.Inputs[0].ToArray<float>());
        Assert.Equal([100L, 102L, 2L], batch.Targets.ToArray<long>());
        Assert.Equal([1, 2, 0], batch.Indices);
    }

    [Fact]
    public void TaskRows_RelabelledCodes_HandsThemOnAsTheyAre()
    {
        var rows = new TaskRows(new Codes(), [0, 1, 2, 3], [0, 0, 1, 1], new RelabelledTasks([[0, 1], [2, 3]]));
        using var loaded = MemoryScope.Begin();
        var batch = rows.Load([3, 0, 2], default);
        Assert.Equal([30L, 0L, 20L], batch.Inputs[0].ToArray<long>());
        Assert.Equal([1L, 0L, 0L], batch.Targets.ToArray<long>());
    }

    private static bool Near(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max() < 1e-5;

    private static float[] Shown(ITaskTransform transform, int task, float[] row)
    {
        var to = new float[row.Length];
        transform.Show(task, row, to);
        return to;
    }

    private sealed class Codes : IDataset
    {
        public int Count => 4;

        public Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey)
        {
            long[] rows = Array.ConvertAll(indices.ToArray(), i => (long)i);
            return new Batch([Tensor.From(Array.ConvertAll(rows, r => 10 * r)).Reshape(rows.Length, 1)], Tensor.From(rows), indices.ToArray());
        }
    }

    private sealed class Doubled : ITaskTransform
    {
        public void Show(int task, ReadOnlySpan<float> from, Span<float> to)
        {
            for (int i = 0; i < from.Length; i++)
            {
                to[i] = from[i] * (1 + task);
            }
        }

        public int Label(int task, int label) => (100 * task) + label;
    }
}
