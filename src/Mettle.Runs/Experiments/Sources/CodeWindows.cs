using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Windows over codes, cut as they are asked for: inputs i64 [n, length], targets i64 [n].</summary>
/// <param name="codes">The whole text.</param>
/// <param name="length">Codes of a window.</param>
/// <param name="starts">Where each window begins.</param>
/// <param name="labels">Class of each.</param>
internal sealed class CodeWindows(int[] codes, int length, int[] starts, int[] labels) : IDataset
{
    public int Count => starts.Length;

    public Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey)
    {
        var x = Tensor.Zeros([indices.Length, length], DType.I64);
        var y = Tensor.Zeros([indices.Length], DType.I64);
        var values = x.MutableSpan<long>();
        var targets = y.MutableSpan<long>();
        for (int i = 0; i < indices.Length; i++)
        {
            int at = starts[indices[i]];
            for (int t = 0; t < length; t++)
            {
                values[(i * length) + t] = codes[at + t];
            }

            targets[i] = labels[indices[i]];
        }

        return new Batch([x], y, indices.ToArray());
    }
}
