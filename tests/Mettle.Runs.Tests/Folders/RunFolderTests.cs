using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Mettle.Runs.Tests;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Root => _temporary.Path;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Create_Name_GivesReadableId()
    {
        using var folder = RunFolder.Create(Root, "My  Digits: née!", new FixedClock());
        Assert.Matches("^my-digits-n-e-20260101-101530-[0-9a-f]{4}$", folder.Id);
        Assert.Equal(RunStatus.Running, folder.Manifest.Status);
        Assert.NotEmpty(folder.Manifest.InstructionSet);
        Assert.True(folder.Has("manifest.json"));
    }

    [Fact]
    public void Create_KilledWhileBeginning_LeavesNoRun()
    {
        int runs = -1;
        using var folder = RunFolder.Create(Root, "a", new FixedClock(), f =>
        {
            f.Append("begin", 1);
            runs = RunFolder.List(Root).Count;
        });
        Assert.Equal(0, runs);
        Assert.Equal("begin", Assert.Single(folder.Events()).Kind);
        Assert.Equal(folder.Path, Assert.Single(RunFolder.List(Root)).Path);
    }

    [Fact]
    public void Create_TwoProcessesAtOnce_NeverShareAFolder()
    {
        using var a = new OtherProcess("create", Root, "40");
        using var b = new OtherProcess("create", Root, "40");
        a.WaitUntilReady();
        b.WaitUntilReady();
        a.Go();
        b.Go();
        string[] ids = [.. a.Finish(), .. b.Finish()];
        Assert.Equal(80, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(80, RunFolder.List(Root).Count);
    }

    [Fact]
    public void Create_RootIsAFile_NamesIt()
    {
        File.WriteAllText(_temporary["file"], "");
        Assert.Contains("file", Assert.Throws<RunIoException>(() => RunFolder.Create(_temporary["file"], "x", new FixedClock())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HeldByAnotherProcess_IsRefusedUntilItEnds()
    {
        string path = NewRun();
        using var other = new OtherProcess("hold", path);
        other.WaitUntilReady();
        var e = Assert.Throws<RunIoException>(() => RunFolder.Open(path, new FixedClock()));
        Assert.Equal($"{path}: another process is at work on this run; wait for it or stop it", e.Message);
        Assert.Equal(RunStatus.Running, RunFolder.OpenRead(path).Manifest.Status);
        Assert.Equal("held", Assert.Single(RunFolder.OpenRead(path).Events()).Kind);

        other.Kill();
        Assert.Equal(RunStatus.Interrupted, RunFolder.OpenRead(path).Manifest.Status);
        using var folder = RunFolder.Open(path, new FixedClock());
        Assert.Equal(RunStatus.Interrupted, folder.Manifest.Status);
    }

    [Fact]
    public void Open_TwiceInOneProcess_IsRefused()
    {
        string path = NewRun();
        using var folder = RunFolder.Open(path, new FixedClock());
        Assert.Throws<RunIoException>(() => RunFolder.Open(path, new FixedClock()));
    }

    [Fact]
    public void Open_AfterKillWhileWriting_LeavesNothingHalfWritten()
    {
        string path = NewRun();
        using var other = new OtherProcess("half-write", path);
        other.WaitUntilReady();
        Assert.Single(Directory.GetFiles(path, "*.mettle-tmp"));
        other.Kill();
        using var folder = RunFolder.Open(path, new FixedClock());
        Assert.Empty(Directory.GetFiles(path, "*.mettle-tmp"));
        Assert.False(folder.Has("weights.bin"));
    }

    [Theory]
    [InlineData(null, "there is no manifest, so this is no run folder")]
    [InlineData("", "is not a manifest")]
    [InlineData("{\"runId\": \"x\"", "is not a manifest")]
    [InlineData("{\"runId\": \"x\"}", "is not a manifest")]
    [InlineData("null", "is empty")]
    public void Open_BadManifest_NamesIt(string? manifest, string expected)
    {
        string path = NewRun();
        File.Delete(Path.Combine(path, "manifest.json"));
        if (manifest is not null) File.WriteAllText(Path.Combine(path, "manifest.json"), manifest);
        foreach (Func<string, RunFolder> open in new Func<string, RunFolder>[] { p => RunFolder.Open(p, new FixedClock()), RunFolder.OpenRead })
        {
            string message = Assert.Throws<RunIoException>(() => open(path)).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.Contains("manifest.json", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WriteAtomic_WriterThrows_KeepsTheOldFileAndNoTemporary()
    {
        using var folder = RunFolder.Create(Root, "a", new FixedClock());
        folder.WriteAtomic("sub/report.html", s => s.Write("old"u8));
        Assert.Throws<InvalidOperationException>(() => folder.WriteAtomic("sub/report.html", s =>
        {
            s.Write("new"u8);
            throw new InvalidOperationException("no");
        }));
        var e = Assert.Throws<RunIoException>(() => folder.WriteAtomic("sub/report.html", s =>
        {
            s.Write("new"u8);
            throw new IOException("No space left on device");
        }));
        Assert.Equal($"{folder.File("sub/report.html")}: could not be written, nothing was changed: No space left on device", e.Message);
        Assert.Equal("old", File.ReadAllText(folder.File("sub/report.html")));
        Assert.Single(Directory.GetFiles(folder.File("sub")));
    }

    [Fact]
    public void WriteAtomic_FullDisk_NamesTheFileAndLeavesNothing()
    {
        string mount = Directory.CreateDirectory(_temporary["small"]).FullName;
        if (Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mount) != 0) Assert.Skip("needs the right to mount a small file system");
        try
        {
            using var folder = RunFolder.Create(mount, "full", new FixedClock());
            folder.WriteAtomic("weights.bin", s => s.Write(new byte[1000]));
            var e = Assert.Throws<RunIoException>(() => folder.WriteAtomic("weights.bin", s => s.Write(new byte[1 << 20])));
            Assert.Contains("weights.bin: could not be written, nothing was changed", e.Message, StringComparison.Ordinal);
            Assert.Equal(1000, new FileInfo(folder.File("weights.bin")).Length);
            Assert.Empty(Directory.GetFiles(folder.Path, "*.mettle-tmp"));

            int written = 0;
            var log = Assert.Throws<RunIoException>(() =>
            {
                for (; written < 10_000; written++) folder.Append("fill", new { text = new string('x', 500) });
            });
            Assert.Contains("events.jsonl: could not be written", log.Message, StringComparison.Ordinal);
            Assert.Equal(written, folder.Events().Count);
            File.Delete(folder.File("weights.bin"));
            folder.Append("more", 1);
            Assert.Equal("more", folder.Events()[^1].Kind);
        }
        finally
        {
            Run("umount", mount);
        }
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    public void File_OutsideTheFolder_Throws(string name)
    {
        using var folder = RunFolder.Create(Root, "a", new FixedClock());
        Assert.Throws<ArgumentException>(() => folder.File(name));
    }

    [Fact]
    public void Manifest_AllFields_RoundTrip()
    {
        string path;
        RunManifest written;
        using (var folder = RunFolder.Create(Root, "a", new FixedClock()))
        {
            path = folder.Path;
            folder.WriteRecipe(Recipe.Parse(SampleVocabulary.Digits, "/somewhere/recipe.yaml", SampleVocabulary.Create()));
            folder.Update(m => m with { Threads = 2, WeightsSha256 = "ab", DataHashes = new Dictionary<string, string> { ["digits"] = "cd" } });
            Assert.Equal("early", folder.Decide("stop", () => "early"));
            folder.MarkFinished();
            written = folder.Manifest;
        }

        RunManifest read = RunFolder.OpenRead(path).Manifest;
        Assert.Equal(JsonSerializer.Serialize(written), JsonSerializer.Serialize(read));
        Assert.Equal(RunStatus.Finished, read.Status);
        Assert.Equal("cd", read.DataHashes["digits"]);
        Assert.Equal(7, read.Seed);
        Recipe recipe = RunFolder.OpenRead(path).ReadRecipe(SampleVocabulary.Create());
        Assert.Equal(read.RecipeHash, recipe.Hash);
        Assert.Equal("/somewhere/digits.csv.gz", recipe["data.source.csv.path"].Path());
    }

    [Fact]
    public void Decide_AfterResume_RepeatsTheRecord()
    {
        string path = NewRun();
        using (var first = RunFolder.Open(path, new FixedClock())) Assert.Equal("17", first.Decide("budget-epochs", () => "17"));
        using var second = RunFolder.Open(path, new FixedClock());
        Assert.Equal("17", second.Decide("budget-epochs", () => throw new InvalidOperationException("asked again")));
    }

    [Fact]
    public void Dispose_Unfinished_IsInterrupted()
    {
        string path = NewRun();
        Assert.Equal(RunStatus.Interrupted, RunFolder.OpenRead(path).Manifest.Status);
        using (var folder = RunFolder.Open(path, new FixedClock())) folder.MarkFailed("loss is NaN");
        Assert.Equal(RunStatus.Failed, RunFolder.OpenRead(path).Manifest.Status);
        Assert.Equal("loss is NaN", RunFolder.OpenRead(path).Manifest.Error);
    }

    [Fact]
    public void OpenRead_Write_Throws() => Assert.Throws<InvalidOperationException>(() => RunFolder.OpenRead(NewRun()).Append("x", 1));

    [Fact]
    public void Events_NonFiniteNumbers_Survive()
    {
        using var folder = RunFolder.Create(Root, "a", new FixedClock());
        folder.Append("epoch", new { epoch = 1, loss = double.NaN, high = double.PositiveInfinity });
        RunEvent e = Assert.Single(folder.Events());
        Assert.Equal("NaN", e.Data.GetProperty("loss").GetString());
        Assert.Equal("Infinity", e.Data.GetProperty("high").GetString());
        Assert.Equal(new FixedClock().GetUtcNow(), e.At);
    }

    [Fact]
    public void Events_TornAnywhereInTheLastLine_DropsOnlyThatLine()
    {
        string path = NewRun();
        using (var folder = RunFolder.Open(path, new FixedClock()))
            for (int i = 0; i < 3; i++) folder.Append("step", new { i });
        string log = Path.Combine(path, "events.jsonl");
        byte[] whole = File.ReadAllBytes(log);
        int lastLine = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (int cut = lastLine; cut < whole.Length; cut++)
        {
            File.WriteAllBytes(log, whole[..cut]);
            Assert.Equal(2, RunFolder.OpenRead(path).Events().Count);
        }

        using var again = RunFolder.Open(path, new FixedClock());
        again.Append("step", new { i = 9 });
        Assert.Equal([0, 1, 9], again.Events().Select(e => e.Data.GetProperty("i").GetInt32()));
    }

    [Fact]
    public void Events_DamagedInTheMiddle_NamesTheLine()
    {
        string path = NewRun();
        using (var folder = RunFolder.Open(path, new FixedClock()))
            for (int i = 0; i < 3; i++) folder.Append("step", new { i });
        string log = Path.Combine(path, "events.jsonl");
        File.WriteAllText(log, File.ReadAllText(log).Replace("\"i\":1", "\"i\":7", StringComparison.Ordinal));
        Assert.Equal($"{log}: line 2 is damaged (its checksum does not match)", Assert.Throws<RunIoException>(() => RunFolder.OpenRead(path).Events()).Message);
        Assert.Throws<RunIoException>(() => RunFolder.Open(path, new FixedClock()));
    }

    [Fact]
    public void Append_ManyThreads_LosesNothing()
    {
        using var folder = RunFolder.Create(Root, "a", new FixedClock());
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(t => new Thread(() =>
        {
            for (int i = 0; i < 100; i++) folder.Append("step", new { t, i });
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(400, folder.Events().Count);
    }

    [Fact]
    public void Resolve_LatestPrefixPathAndSlip_FindsOrExplains()
    {
        string older, newer;
        using (var a = RunFolder.Create(Root, "aaa", new FixedClock())) older = a.Path;
        using (var b = RunFolder.Create(Root, "bbb", new FixedClock(1))) newer = b.Path;
        Directory.CreateDirectory(_temporary["not-a-run"]);
        Assert.Equal([newer, older], RunFolder.List(Root).Select(r => r.Path));
        Assert.Equal(newer, RunFolder.Resolve(Root, "latest"));
        Assert.Equal(older, RunFolder.Resolve(Root, "aaa"));
        Assert.Equal(older, RunFolder.Resolve(Root, older));
        Assert.Equal(older, RunFolder.Resolve(Root, Path.GetFileName(older)));
        string slip = Path.GetFileName(older)[..^1] + "z";
        Assert.Contains($"did you mean '{Path.GetFileName(older)}'?", Assert.Throws<RunIoException>(() => RunFolder.Resolve(Root, slip)).Message, StringComparison.Ordinal);
        Assert.Contains("there is no run yet", Assert.Throws<RunIoException>(() => RunFolder.Resolve(_temporary["empty"], "latest")).Message.Replace(" here", "", StringComparison.Ordinal), StringComparison.Ordinal);
        using (RunFolder.Create(Root, "bbb", new FixedClock(2)))
            Assert.Contains("give more of the name", Assert.Throws<RunIoException>(() => RunFolder.Resolve(Root, "bbb")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void List_DamagedManifest_IsShownWithItsProblem()
    {
        string path = NewRun();
        File.WriteAllText(Path.Combine(path, "manifest.json"), "{");
        RunEntry entry = Assert.Single(RunFolder.List(Root));
        Assert.Null(entry.Manifest);
        Assert.Contains("is not a manifest", entry.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Sha256_KnownFile_Matches()
    {
        File.WriteAllBytes(_temporary["abc"], Encoding.ASCII.GetBytes("abc"));
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", FileHash.Sha256(_temporary["abc"]));
        Assert.Throws<RunIoException>(() => FileHash.Sha256(_temporary["none"]));
    }

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }

    private string NewRun()
    {
        using var folder = RunFolder.Create(Root, "run", new FixedClock());
        return folder.Path;
    }

    private sealed class FixedClock(int minutes = 0) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 10, 15 + minutes, 30, TimeSpan.Zero);
    }
}
