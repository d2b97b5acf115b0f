namespace Mettle.Core.Tests.Conformance;

[NoLeaks]
public sealed class ErrorTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Rows => Table.Errors;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Apply_BadInput_GivesDocumentedMessage(string op, string error)
    {
        using var scope = MemoryScope.Begin();
        var row = Table.Row(op).Errors().Single(e => e.Title == error);
        var thrown = Assert.ThrowsAny<ArgumentException>(row.Call);
        Assert.Contains(row.Message, thrown.Message);
    }
}
