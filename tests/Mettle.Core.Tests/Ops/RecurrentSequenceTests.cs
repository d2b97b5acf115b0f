using Mettle.Core.Tests.Conformance;

namespace Mettle.Core.Tests.Ops;

/// <summary>Rows of a recurrent batch do not know of each other, whichever path computes them.</summary>
[NoLeaks]
public sealed class RecurrentSequenceTests
{
    private const int Steps = 5, Rows = 21, Inputs = 3, Width = 19;
    private static readonly RandomKey Key = RandomKey.FromSeed(43);

    public static TheoryData<string> Cells => ["lstm", "gru"];

    [Theory]
    [MemberData(nameof(Cells))]
    public void Apply_OneRowOfMany_HasTheBitsOfThatRowAlone(string cell)
    {
        using var scope = MemoryScope.Begin();
        var x = Normal(0, Steps, Rows, Inputs);
        var together = Run(cell, x, 0, Rows);
        foreach (int row in new[] { 0, 15, 16, 20 })
        {
            Compare.SameBits(Run(cell, x, row, 1), together.Narrow(1, row, row + 1), $"row {row}");
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Apply_BatchFirstView_HasTheBitsOfACopy(string cell)
    {
        using var scope = MemoryScope.Begin();
        var x = Normal(1, Rows, Steps, Inputs).Transpose(0, 1);
        Compare.SameBits(Run(cell, x.Contiguous(), 0, Rows), Run(cell, x, 0, Rows), cell);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Apply_NaNInARow_StaysInItFromThatStepOn(string cell)
    {
        using var scope = MemoryScope.Begin();
        float[] values = Normal(2, Steps, Rows, Inputs).ToArray<float>();
        values[(((2 * Rows) + 17) * Inputs) + 1] = float.NaN;
        var y = Run(cell, Tensor.From(values, [Steps, Rows, Inputs]), 0, Rows).ToArray<float>();
        for (int i = 0; i < y.Length; i++)
        {
            int row = i / Width % Rows, step = i / Width / Rows;
            Assert.Equal(row == 17 && step >= 2, float.IsNaN(y[i]));
        }
    }

    private static Tensor Run(string cell, Tensor x, int row, int rows)
    {
        int gates = cell == "lstm" ? 4 : 3;
        Tensor State(int index) => Normal(index, Rows, Width).Narrow(0, row, row + rows);
        Tensor[] weights = [Normal(5, gates * Width, Inputs), Normal(6, gates * Width, Width), Normal(7, gates * Width), Normal(8, gates * Width)];
        x = x.Narrow(1, row, row + rows);
        return cell == "lstm"
            ? LstmSequence.Instance.ApplyAll([x, State(3), State(4), .. weights])[0]
            : GruSequence.Instance.ApplyAll([x, State(3), .. weights])[0];
    }

    private static Tensor Normal(int index, params ReadOnlySpan<int> shape) => Tensor.Normal(Key.At(index), new Shape(shape));
}
