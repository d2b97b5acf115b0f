namespace Mettle.Runs.Tests;

/// <summary>What holds for a store of either kind; the classes below name the kinds.</summary>
public abstract class RunStoreTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 13, 0, 0, TimeSpan.FromHours(1));

    /// <summary>Connection string of a fresh, empty store.</summary>
    protected abstract string NewStore();

    [Fact]
    public void RecordRun_Twice_KeepsTheLaterAndItsMetrics()
    {
        using RunStore store = RunStore.Open(NewStore());
        StoredRun run = Sample("a") with { Seed = 9_007_199_254_740_991, Recipe = "name: ü\n", Summary = "98 %" };
        store.RecordRun(run with { Status = RunStatus.Running });
        store.RecordMetrics("a", new MetricPoint("test", "accuracy", 10, 1.5, 0.98));
        store.RecordRun(run with { Ended = Noon.AddHours(1), Status = RunStatus.Finished });

        StoredRun read = store.QueryRun("a")!;
        Assert.Equal(run with { Ended = Noon.AddHours(1), Status = RunStatus.Finished }, read);
        Assert.Equal(TimeSpan.Zero, read.Created.Offset);
        Assert.Single(store.QueryMetrics("a"));
        Assert.Null(store.QueryRun("b"));
    }

    [Fact]
    public void QueryRuns_Several_NewestFirst()
    {
        using RunStore store = RunStore.Open(NewStore());
        store.RecordRun(Sample("old") with { Created = Noon });
        store.RecordRun(Sample("new") with { Created = Noon.AddMilliseconds(1) });
        Assert.Equal(["new", "old"], store.QueryRuns().Select(r => r.Id));
    }

    [Fact]
    public void RecordMetrics_NonFiniteAndExtreme_Survive()
    {
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.Epsilon, -0.0, 0, 1, 0.1];
        using RunStore store = RunStore.Open(NewStore());
        store.RecordRun(Sample("a"));
        store.RecordMetrics("a", [.. values.Select((v, i) => new MetricPoint("train", "loss", i, i / 3.0, v))]);
        IReadOnlyList<MetricPoint> read = store.QueryMetrics("a", "train", "loss");
        Assert.Equal(values, read.Select(p => p.Value));
        Assert.Equal(values.Select((_, i) => i / 3.0), read.Select(p => p.Epoch));
        Assert.Empty(store.QueryMetrics("a", "test"));
        Assert.Empty(store.QueryMetrics("a", name: "accuracy"));
    }

    [Fact]
    public void RecordMetrics_SameStepAgain_Replaces()
    {
        using RunStore store = RunStore.Open(NewStore());
        store.RecordRun(Sample("a"));
        store.RecordMetrics("a", new MetricPoint("train", "loss", 5, 0.5, 2), new MetricPoint("test", "loss", 5, 0.5, 3));
        store.RecordMetrics("a", new MetricPoint("train", "loss", 5, 0.5, 1));
        Assert.Equal([3, 1], store.QueryMetrics("a").Select(p => p.Value));
    }

    [Fact]
    public void RecordMetrics_UnknownRun_SaysSo()
    {
        using RunStore store = RunStore.Open(NewStore());
        var e = Assert.Throws<RunStoreException>(() => store.RecordMetrics("nobody", new MetricPoint("train", "loss", 1, 1, 1)));
        Assert.EndsWith("has no such run; record the run first", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RecordFindingsAndTrials_Again_Replace()
    {
        using RunStore store = RunStore.Open(NewStore());
        store.RecordRun(Sample("a"));
        StoredFinding gap = new("overfitting", "gap", "It overfits.", "Problem", "gap", 0.1, 0.02, 0.001, "{}");
        StoredFinding exact = gap with { Check = "other", PValue = null, Value = double.NaN };
        store.RecordFindings("a", [exact, gap, exact]);
        store.RecordFindings("a", [gap, exact]);
        Assert.Equal([gap, exact], store.QueryFindings("a"));

        StoredTrial trial = new("label-smoothing", "overfitting", "Accepted", "+ label-smoothing: 0.1", 0.01, 0.002, double.PositiveInfinity, double.NaN, "{}");
        store.RecordTrials("a", [trial, trial with { Treatment = "mixup", PValue = null }]);
        Assert.Equal([trial, trial with { Treatment = "mixup", PValue = null }], store.QueryTrials("a"));
    }

    [Fact]
    public void RecordProof_QueriedByChallenge_IsFound()
    {
        using RunStore store = RunStore.Open(NewStore());
        StoredProof proof = new("p1", "gradients", Noon, true, 0.97, 0.95, 61.5, "{}");
        store.RecordProof(proof);
        store.RecordProof(proof with { Id = "p2", Challenge = "overfitting", Passed = false });
        Assert.Equal([proof], store.QueryProofs("gradients"));
        Assert.Equal(2, store.QueryProofs().Count);
    }

    [Fact]
    public void Compare_TwoRuns_SetsLastValuesSideBySide()
    {
        using RunStore store = RunStore.Open(NewStore());
        store.RecordRun(Sample("a"));
        store.RecordRun(Sample("b") with { RecipeHash = "other" });
        store.RecordMetrics("a", new MetricPoint("test", "accuracy", 2, 2, 0.75), new MetricPoint("test", "accuracy", 1, 1, 0.5), new MetricPoint("train", "loss", 1, 1, 1));
        store.RecordMetrics("b", new MetricPoint("test", "accuracy", 9, 9, 1));
        RunComparison compared = store.Compare("a", "b");
        Assert.False(compared.SameRecipe);
        Assert.Equal([new MetricComparison("test", "accuracy", 0.75, 1), new MetricComparison("train", "loss", 1, null)], compared.Metrics);
        Assert.Equal(0.25, compared.Metrics[0].Difference);
        Assert.Null(compared.Metrics[1].Difference);
        Assert.Contains("there is no run 'c'", Assert.Throws<RunStoreException>(() => store.Compare("a", "c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Again_FindsWhatWasRecorded()
    {
        string place = NewStore();
        using (RunStore store = RunStore.Open(place)) store.RecordRun(Sample("a"));
        using RunStore again = RunStore.Open(place);
        Assert.Single(again.QueryRuns());
    }

    [Fact]
    public void Record_TwoProcessesAtOnceOnAnEmptyStore_LosesNothing()
    {
        string place = NewStore();
        using var a = new OtherProcess("store", place, "a", "500");
        using var b = new OtherProcess("store", place, "b", "500");
        a.WaitUntilReady();
        b.WaitUntilReady();
        a.Go();
        b.Go();
        a.Finish();
        b.Finish();
        using RunStore store = RunStore.Open(place);
        foreach (string run in new[] { "a", "b" })
            Assert.Equal(Enumerable.Range(0, 500).Select(i => (double)i), store.QueryMetrics(run).Select(p => p.Value));
    }

    [Fact]
    public void Record_ManyThreads_LosesNothing()
    {
        using RunStore store = RunStore.Open(NewStore());
        store.RecordRun(Sample("a"));
        Exception? failed = null;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(t => new Thread(() =>
        {
            try
            {
                for (int i = 0; i < 25; i++) store.RecordMetrics("a", new MetricPoint("train", "loss", t * 100 + i, 0, i));
            }
            catch (RunStoreException e)
            {
                failed = e;
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Null(failed);
        Assert.Equal(100, store.QueryMetrics("a").Count);
    }

    private static StoredRun Sample(string id) => new(id, "digits", RunStatus.Finished, Noon) { RecipeHash = "hash" };
}
