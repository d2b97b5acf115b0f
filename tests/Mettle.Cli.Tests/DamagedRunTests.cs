using System.Buffers.Binary;
using System.Text;

namespace Mettle.Cli.Tests;

/// <summary>Run folders in which a file is missing, cut short or changed.</summary>
public sealed class DamagedRunTests(FinishedRun finished) : IClassFixture<FinishedRun>, IDisposable
{
    private const string Weights = "model.safetensors";

    private static readonly Dictionary<string, Damage> All = new(StringComparer.Ordinal)
    {
        ["no weights"] = new("examine", Weights, f => File.Delete(f), "no weights"),
        ["empty weights"] = new("examine", Weights, f => File.WriteAllBytes(f, []), ""),
        ["weights cut in the header"] = new("examine", Weights, f => Cut(f, 40), ""),
        ["weights cut in the data"] = new("examine", Weights, f => Cut(f, (int)new FileInfo(f).Length - 5), ""),
        ["a header longer than the file"] = new("examine", Weights, f => Change(f, b => BinaryPrimitives.WriteInt64LittleEndian(b, 1L << 60)), ""),
        ["a header of negative length"] = new("examine", Weights, f => Change(f, b => BinaryPrimitives.WriteInt64LittleEndian(b, -8)), ""),
        ["a header that is no JSON"] = new("examine", Weights, f => Change(f, b => b[8] = (byte)'!'), ""),
        ["an unknown type"] = new("examine", Weights, f => Replace(f, "\"F32\"", "\"X32\""), "X32"),
        ["a tensor of another name"] = new("examine", Weights, f => Replace(f, "bias\"", "bios\""), "bios"),
        ["weights of another recipe"] = new("examine", "recipe.yaml", f => Replace(f, "hidden: [4]", "hidden: [5]"), "Of another shape", AlsoDelete: "report.json", Place: Weights),
        ["recipe changed in what the weights do not show"] = new("examine", "recipe.yaml", f => Replace(f, "epochs: 1", "epochs: 2"), "belongs to the recipe", AlsoDelete: "report.json", Place: Weights),
        ["no recipe"] = new("examine", "recipe.yaml", File.Delete, "no such file"),
        ["a recipe with a slip"] = new("examine", "recipe.yaml", f => Replace(f, "epochs", "epohcs"), "did you mean 'epochs'"),
        ["an empty manifest"] = new("examine", "manifest.json", f => File.WriteAllText(f, ""), "line 1"),
        ["a manifest cut short"] = new("examine", "manifest.json", f => Cut(f, 60), "line"),
        ["a report cut short"] = new("compare", "report.json", f => Cut(f, 500), "line"),
        ["no report"] = new("compare", "report.json", File.Delete, "only a finished"),
        ["events changed"] = new("examine", "events.jsonl", f => Change(f, b => b[30] ^= 1), "line 1"),
        ["a checkpoint cut short"] = new("resume", "first.checkpoint", f => Cut(f, (int)new FileInfo(f).Length / 2), ""),
        ["a checkpoint that is none"] = new("resume", "first.checkpoint", f => File.WriteAllText(f, "no checkpoint at all"), ""),
        ["rows changed since"] = new("resume", "../../rows.csv", f => File.AppendAllText(f, "25,1,red,yes\n"), "has changed since"),
        ["no rows any more"] = new("examine", "../../rows.csv", File.Delete, "rows.csv"),
    };

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Names => [.. All.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Command_OnADamagedRun_NamesTheFileAndTheCause(string name)
    {
        Damage damage = All[name];
        string run = finished.CopyTo(_folder);
        if (damage.Command == "resume") Replace(Path.Combine(run, "manifest.json"), "\"finished\"", "\"interrupted\"");
        damage.Do(Path.Combine(run, damage.File));
        if (damage.AlsoDelete is { } other) File.Delete(Path.Combine(run, other));
        string[] before = Files();

        var result = await _folder.RunAsync(2, damage.Command switch
        {
            "compare" => ["compare", run, run],
            "resume" => ["run", "--resume", run],
            _ => [damage.Command, run],
        });

        string message = Assert.Single(result.ErrorLines(), l => l.StartsWith("mettle: ", StringComparison.Ordinal));
        Assert.Contains(damage.Place ?? Path.GetFileName(damage.File), message, StringComparison.Ordinal);
        Assert.Contains(damage.Cause, message, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.Equal(before, Files());
    }

    private static void Cut(string file, int length) => File.WriteAllBytes(file, File.ReadAllBytes(file)[..length]);

    private static void Change(string file, Action<byte[]> change)
    {
        byte[] bytes = File.ReadAllBytes(file);
        change(bytes);
        File.WriteAllBytes(file, bytes);
    }

    private static void Replace(string file, string old, string now)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(old));
        Assert.True(at >= 0, $"{file} has no '{old}'");
        File.WriteAllBytes(file, [.. bytes[..at], .. Encoding.UTF8.GetBytes(now), .. bytes[(at + old.Length)..]]);
    }

    private string[] Files() => [.. Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <param name="Command">What is called on the run.</param>
    /// <param name="File">The file of the run folder that is damaged.</param>
    /// <param name="Do">How.</param>
    /// <param name="Cause">What the message must say besides the file's name.</param>
    /// <param name="AlsoDelete">A file that would stand in for it.</param>
    /// <param name="Place">The file that the message must name, if another.</param>
    private sealed record Damage(string Command, string File, Action<string> Do, string Cause, string? AlsoDelete = null, string? Place = null);
}
