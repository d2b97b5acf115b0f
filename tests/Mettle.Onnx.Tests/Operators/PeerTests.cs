namespace Mettle.Onnx.Tests.Operators;

/// <summary>Models of few nodes with results that ONNX Runtime computed (tests/fixtures/onnx-operators).</summary>
public sealed class PeerTests
{
    private const int Cases = 252;

    private static readonly Dictionary<string, RecordedCase> All = RecordedCase.ReadAll(Path.Combine(AppContext.BaseDirectory, "operator-cases.tar.gz"));

    public static TheoryData<string> Names => [.. All.Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void Archive_Cases_AreAllThere() => Assert.Equal(Cases, All.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_RecordedCase_GivesThePeersResults(string name) => Assert.Null(All[name].Check());
}
