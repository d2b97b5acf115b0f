namespace Mettle.Core.Tests.Conformance;

[NoLeaks]
public sealed class VmapTests
{
    private const int Size = 3;

    public static IEnumerable<TheoryDataRow<string, string, string>> Rows
        => from row in Table.Samples
           from subset in Enumerable.Range(1, (1 << Table.Find(row.Data.Item1, row.Data.Item2).Inputs.Length) - 1)
           select new TheoryDataRow<string, string, string>(row.Data.Item1, row.Data.Item2, Letters(subset, Table.Find(row.Data.Item1, row.Data.Item2).Inputs.Length));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Vmap_BatchedInputs_EqualsLoop(string op, string sample, string batched)
    {
        using var scope = MemoryScope.Begin();
        var row = Table.Find(op, sample);
        bool[] marks = [.. batched.Select(c => c == 'b')];
        var inputs = new Tensor[marks.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            var shape = marks[i] ? row.Inputs[i].Shape.Insert(0, Size) : row.Inputs[i].Shape;
            inputs[i] = Draw.Input(Draw.Key(op, row).At(i), row.Inputs[i], shape, DType.F64);
        }

        var together = Transforms.Vmap(row.Op.ApplyAll, inputs, marks);
        for (int s = 0; s < Size; s++)
        {
            var one = row.Op.ApplyAll([.. inputs.Select((x, i) => marks[i] ? Tensor.FromBytes(Slice(x, s), row.Inputs[i].Shape, x.DType) : x)]);
            for (int k = 0; k < one.Length; k++)
            {
                string what = $"{op}, slice {s} of result {k}";
                Assert.Equal(Size, together[k].Shape[0]);
                if (Table.SameOrder(row.Op))
                {
                    Compare.SameBits(one[k], together[k].Select(0, s), what);
                }
                else
                {
                    Compare.Close(NdArray.Of(one[k]), NdArray.Of(together[k].Select(0, s)), 1e-12, perElement: false, what);
                }
            }
        }
    }

    private static byte[] Slice(Tensor batch, int s) => batch.Select(0, s).ToBytes();

    // b: batched, s: shared by all slices.
    private static string Letters(int subset, int count)
        => string.Concat(Enumerable.Range(0, count).Select(i => (subset >> i & 1) != 0 ? 'b' : 's'));
}
