using Mettle.Core.Tests.Conformance.Oracles;

namespace Mettle.Core.Tests.Conformance;

public sealed class TableTests
{
    public static IEnumerable<TheoryDataRow<Type>> Classes
        => typeof(Op).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Op)) && !t.IsAbstract).OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => new TheoryDataRow<Type>(t));

    [Theory]
    [MemberData(nameof(Classes))]
    public void OpTable_EveryOpClass_IsListedOnceWithSamplesAndOracle(Type type)
    {
        var row = Assert.Single(OpTable.All, row => row.Type == type);
        var samples = row.Samples().ToArray();
        Assert.NotEmpty(samples);
        Assert.Equal(samples.Length, samples.Select(s => s.Title).Distinct().Count());
        Assert.All(samples, s => Assert.Equal((row.Name, type), (s.Op.Name, s.Op.GetType())));
        Assert.True(OracleTable.All.ContainsKey(row.Name), $"No oracle for '{row.Name}'.");
    }

    [Fact]
    public void OpTable_Names_AreDifferent()
        => Assert.Equal(OpTable.All.Count, OpTable.All.Select(row => row.Name).Distinct().Count());

    [Fact]
    public void OracleTable_EveryOracle_BelongsToAnOp()
        => Assert.Empty(OracleTable.All.Keys.Except(OpTable.All.Select(row => row.Name)));
}
