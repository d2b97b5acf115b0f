using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Mettle.Core.Tests.Conformance;

public sealed class AttributeTests
{
    public static IEnumerable<TheoryDataRow<string>> Ops => OpTable.All.Select(row => new TheoryDataRow<string>(row.Name));

    [Theory]
    [MemberData(nameof(Ops))]
    public void Attributes_OfTwoSamples_DifferExactlyIfTheirFieldsDo(string name)
    {
        using var scope = MemoryScope.Begin();
        Op[] ops = [.. Table.Row(name).Samples().Select(s => s.Op), .. Table.Row(name).Samples().Select(s => s.Op)];
        foreach (var a in ops)
        {
            foreach (var b in ops)
            {
                bool packed = a is QuantizedProduct && !ReferenceEquals(a, b);
                Assert.Equal(!packed && Fields(a) == Fields(b), a.IsSameAs(b));
                Assert.True(!a.IsSameAs(b) || a.ToString() == b.ToString());
            }
        }
    }

    [Fact]
    public void IsSameAs_OpsOfOtherClasses_IsFalse() => Assert.False(new Max(0).IsSameAs(new Min(0)));

    [Fact]
    public void ToString_OfAttributes_ReadsAsTheyAreWritten()
    {
        Assert.Equal("conv(stride [1, 2], padding [0, 0], dilation [1, 1], groups 1, winograd false)", new Conv([1, 2], [0, 0], [1, 1]).ToString());
        Assert.Equal("pad(before [1], after [0], value 0.5)", new Pad([1], [0], 0.5).ToString());
        Assert.Equal("cast(to f16)", new Cast(DType.F16).ToString());
        Assert.Equal("exp", Exp.Instance.ToString());
    }

    // What an object of the class holds, below Op: caches of the base class say nothing about it.
    private static string Fields(Op op)
    {
        var parts = new List<string>();
        for (var type = op.GetType(); type != typeof(Op) && type is not null; type = type.BaseType)
        {
            const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            parts.AddRange(type.GetFields(Own).Where(f => f.Name != "marks").Select(f => $"{f.Name}={Text(f.GetValue(op))}"));
        }

        return string.Join("; ", parts);
    }

    private static string Text(object? value) => value switch
    {
        Op inner => Fields(inner),
        IEnumerable items and not string => string.Join(" ", items.Cast<object>()),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
