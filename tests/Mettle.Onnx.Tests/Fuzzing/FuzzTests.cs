using System.Diagnostics;
using Mettle.Onnx.Fuzz;

namespace Mettle.Onnx.Tests.Fuzzing;

/// <summary>
/// The short form of Mettle.Onnx.Fuzz, and models at which it once found a fault: each runs rightly or ends with a clear error, before
/// long, and opens nothing outside its folder.
/// </summary>
public sealed class FuzzTests
{
    private const int Mutants = 3_000;
    private const ulong AnySeed = 24;

    // The fuzzer itself holds models to two seconds; here other tests run beside this one.
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(20);
    private static readonly string Corpus = Path.Combine(AppContext.BaseDirectory, "onnx-fuzz");

    public static TheoryData<string> Found => [.. Directory.GetFiles(Corpus, "*.onnx").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Trial_Mutants_RunOrEndWithAClearError()
    {
        Assert.SkipWhen(Archives.Folder is null, Archives.Missing);
        var (cases, small, _) = Seed.ReadAll(Environment.GetEnvironmentVariable("METTLE_DATA")!);
        var mutants = new Mutants(cases, small, [], RandomKey.FromSeed(AnySeed).For("fuzz"));
        using var outside = new Outside();
        var trial = new Trial(outside.Folder);
        var faults = new List<string>();
        int ran = 0;
        for (int i = 0; i < Mutants; i++)
        {
            var (file, from) = mutants.Make(i);
            var verdict = Try(trial, file, outside);
            ran += verdict.Kind == Kind.Ran ? 1 : 0;
            if (verdict.IsFault)
            {
                faults.Add($"{i} (from {from}): {verdict.Kind}: {verdict.Detail}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.InRange(ran, Mutants / 5, Mutants / 2);
    }

    [Theory]
    [MemberData(nameof(Found))]
    public void Trial_ModelThatOnceShowedAFault_RunsOrEndsWithAClearError(string name)
    {
        using var outside = new Outside();
        var verdict = Try(new Trial(outside.Folder), File.ReadAllBytes(Path.Combine(Corpus, name)), outside);
        Assert.False(verdict.IsFault, $"{verdict.Kind}: {verdict.Detail}");
    }

    [Fact]
    public void Make_SameNumber_GivesTheSameFile()
    {
        Assert.SkipWhen(Archives.Folder is null, Archives.Missing);
        var (cases, small, large) = Seed.ReadAll(Environment.GetEnvironmentVariable("METTLE_DATA")!);
        Mutants a = new(cases, small, large, RandomKey.FromSeed(1)), b = new(cases, small, large, RandomKey.FromSeed(1));
        _ = a.Make(7);
        Assert.All(Enumerable.Range(0, 50), i => Assert.Equal(a.Make(i).File, b.Make(i).File));
        Assert.NotEqual(a.Make(3).File, a.Make(4).File);
    }

    [Fact]
    public void WasOpened_AFileBesideTheFolder_IsSeen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells which files were opened");
        using var outside = new Outside();
        Assert.False(outside.WasOpened());
        _ = File.ReadAllBytes(Path.Combine(outside.Folder, "weights.bin"));
        Assert.False(outside.WasOpened());
        _ = File.ReadAllBytes(Path.Combine(outside.Folder, "..", "secret.bin"));
        Assert.True(outside.WasOpened());
        Assert.False(outside.WasOpened());
    }

    private static Verdict Try(Trial trial, byte[] file, Outside outside)
    {
        var watch = Stopwatch.StartNew();
        var verdict = trial.Run(file);
        var took = watch.Elapsed;
        return outside.WasOpened() ? new(Kind.ReadOutside) : took > MostTime ? new(Kind.Slow, $"{took.TotalSeconds:F1} s: {verdict.Detail}") : verdict;
    }
}
