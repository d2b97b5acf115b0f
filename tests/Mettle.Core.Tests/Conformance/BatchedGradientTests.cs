namespace Mettle.Core.Tests.Conformance;

/// <summary>Gradients per sample: vmap of a gradient equals the loop of gradients.</summary>
[NoLeaks]
public sealed class BatchedGradientTests
{
    private const int Size = 3;

    public static IEnumerable<TheoryDataRow<string, string>> Rows => GradientTests.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Vmap_OfGradient_EqualsLoop(string op, string sample)
    {
        using var scope = MemoryScope.Begin();
        var row = Table.Find(op, sample);
        var slopes = new Slopes(op, row);
        var wanted = Table.Differentiable(row);
        var batches = row.Inputs.Select((input, i) => Draw.Input(Draw.Key(op, row).At(i), input, input.Shape.Insert(0, Size), DType.F64)).ToArray();
        Tensor[] Gradients(Tensor[] x)
        {
            using var on = Autograd.Recording();
            var leaves = slopes.Leaves(x);
            var loss = slopes.Loss(leaves);
            var targets = wanted.Select(i => leaves[i]).ToArray();
            var grads = loss.RequiresGrad ? Autograd.Grad(loss, targets) : new Tensor?[targets.Length];
            return [.. grads.Select((g, j) => g ?? Tensor.Zeros(targets[j].Shape, DType.F64))];
        }

        var together = Transforms.Vmap(Gradients, batches);
        for (int s = 0; s < Size; s++)
        {
            var one = slopes.Gradients([.. batches.Select((b, i) => Tensor.FromBytes(b.Select(0, s).ToBytes(), row.Inputs[i].Shape, b.DType))]);
            for (int j = 0; j < one.Length; j++)
            {
                Compare.Close(one[j], NdArray.Of(together[j].Select(0, s)), 1e-11, perElement: false, $"{op}, slice {s} of gradient {j}");
            }
        }
    }
}
