using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Windows over rows of numbers, cut and scaled as they are asked for: inputs f32 [n, length, columns], targets f32 [n, 1].</summary>
/// <param name="values">[rows, columns], row-major.</param>
/// <param name="length">Rows of a window.</param>
/// <param name="mean">Of each column.</param>
/// <param name="scale">What each column's distance from its mean is multiplied with.</param>
/// <param name="starts">First row of each window.</param>
/// <param name="targets">Number of each window.</param>
internal sealed class SeriesWindows(float[] values, int length, float[] mean, float[] scale, int[] starts, float[] targets) : IDataset
{
    public int Count => starts.Length;

    public Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey)
    {
        int columns = mean.Length, size = length * columns;
        var x = Tensor.Zeros([indices.Length, length, columns]);
        var y = Tensor.Zeros([indices.Length, 1]);
        var to = x.MutableSpan<float>();
        var goals = y.MutableSpan<float>();
        for (int i = 0; i < indices.Length; i++)
        {
            var from = values.AsSpan(starts[indices[i]] * columns, size);
            for (int j = 0; j < size; j++)
            {
                to[(i * size) + j] = (from[j] - mean[j % columns]) * scale[j % columns];
            }

            goals[i] = targets[indices[i]];
        }

        return new Batch([x], y, indices.ToArray());
    }
}
