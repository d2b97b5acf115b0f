using System.Text.Json;

namespace Mettle.Onnx.Tests;

/// <summary>
/// The cases that ONNX's own backend test suite records: models with inputs and results. Those that cannot pass stand in
/// unsupported-cases.tsv with the reason; once one of them passes its entry has to go.
/// </summary>
public sealed class ConformanceTests
{
    private const int NodeCases = 1479;
    private const int LeastPassing = 1400;

    private static readonly Dictionary<string, string> Unsupported = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "unsupported-cases.tsv"))
        .Skip(1).Select(line => line.Split('\t')).ToDictionary(cells => cells[0], cells => cells[1], StringComparer.Ordinal);

    public static TheoryData<string> Names(string folder) => Archives.Names(folder);

    [Theory]
    [MemberData(nameof(Names), "node")]
    public void Node_RecordedCase_GivesRecordedResults(string name) => Check("node", name);

    [Theory]
    [MemberData(nameof(Names), "simple")]
    public void Simple_RecordedCase_GivesRecordedResults(string name) => Check("simple", name);

    [Theory]
    [MemberData(nameof(Names), "pytorch-operator")]
    public void PytorchOperator_RecordedCase_GivesRecordedResults(string name) => Check("pytorch-operator", name);

    [Theory]
    [MemberData(nameof(Names), "pytorch-converted")]
    public void PytorchConverted_RecordedCase_GivesRecordedResults(string name) => Check("pytorch-converted", name);

    [Theory]
    [MemberData(nameof(Names), "modeltests")]
    public void Zoo_RecordedCase_GivesRecordedResults(string name) => Check("modeltests", name);

    [Fact]
    public void Node_AllCases_AtLeastAsManyAsPromisedAreSupported()
    {
        var cases = Archives.Of("node").Keys;
        Assert.Equal(NodeCases, cases.Count);
        Assert.True(cases.Count(c => !Unsupported.ContainsKey(c)) >= LeastPassing, $"{cases.Count(Unsupported.ContainsKey)} cases are unsupported.");
    }

    [Fact]
    public void UnsupportedCases_EveryEntry_IsARecordedNodeCaseWithAReason()
    {
        var cases = Archives.Of("node");
        Assert.All(Unsupported, entry => Assert.True(cases.ContainsKey(entry.Key) && entry.Value.Length > 10, entry.Key));
    }

    [Fact]
    public void UnsupportedCases_NoEntry_IsOneThatOnnxRuntimePasses()
    {
        Assert.SkipWhen(Archives.Folder is null, Archives.Missing);
        using var results = JsonDocument.Parse(File.ReadAllText(Path.Combine(Archives.Folder!, "node-tests-ort-1.30-result.json")));
        string[] passed = [.. results.RootElement.GetProperty("passed").EnumerateArray().Select(e => e.GetString()!)];
        Assert.Equal(1241, passed.Length);
        Assert.DoesNotContain(passed, Unsupported.ContainsKey);
    }

    private static void Check(string folder, string name)
    {
        string? difference;
        try
        {
            difference = Archives.Of(folder)[name].Check();
        }
        catch (OnnxException e)
        {
            difference = e.Message;
        }

        if (Unsupported.TryGetValue(name, out string? reason))
        {
            Assert.True(difference is not null, $"{name} passes now: take it out of unsupported-cases.tsv ({reason}).");
            Assert.Skip(reason);
        }

        Assert.True(difference is null, $"{name}: {difference}");
    }
}
