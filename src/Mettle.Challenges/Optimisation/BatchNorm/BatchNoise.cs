using Mettle.Nn;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// What rows' companions in a batch do to a batch norm's outputs: every row is normalised in two batches with other
/// companions, and the two results are compared.
/// </summary>
internal sealed class BatchNoise
{
    // Evenly spaced elements of a row that are compared; layers of large images have millions.
    private const int MostElements = 512;
    private readonly int rows;
    private readonly Dictionary<string, (float[] First, float[] Second, int Width)> outputs = new(StringComparer.Ordinal);

    private BatchNoise(int rows) => this.rows = rows;

    /// <summary>
    /// Runs the rows twice in batches of <paramref name="size"/>. Per layer and batch of the first run: half the mean squared
    /// difference of the two results over the variance of results over the rows, which is the share of a normalised
    /// unit's variance that comes from the companions, not from the row.
    /// </summary>
    /// <param name="rows">The rows; a multiple of <paramref name="size"/> is used.</param>
    /// <param name="size">Rows of a batch.</param>
    /// <param name="layers">Where to look.</param>
    public static IReadOnlyList<(BatchNormLayer Layer, double[] Noise)> Measure(NormRows rows, int size, IReadOnlyList<BatchNormLayer> layers)
    {
        int batches = rows.Count / size, count = batches * size;
        var noise = new BatchNoise(count);
        var wanted = layers.ToDictionary(l => l.Path, StringComparer.Ordinal);
        int[] order = [.. Enumerable.Range(0, count)];

        // Dealt out: companions of the first run go to different batches of the second.
        int[] dealt = [.. order.Select(i => (i % size * batches) + (i / size))];
        noise.Look(rows, order, size, wanted, isFirst: true);
        noise.Look(rows, dealt, size, wanted, isFirst: false);
        return [.. noise.outputs.Select(o => (wanted[o.Key], noise.Judge(o.Value, size)))];
    }

    private void Look(NormRows from, int[] order, int size, Dictionary<string, BatchNormLayer> wanted, bool isFirst)
    {
        int at = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        from.InBatches(size, order, (path, y) =>
        {
            // A layer that is applied more than once is looked at once.
            if (!wanted.ContainsKey(path) || !seen.Add(path))
            {
                return;
            }

            float[] values = y.To(DType.F32).Contiguous().ToArray<float>();
            int per = values.Length / size, step = Math.Max(1, per / MostElements), width = (per + step - 1) / step;
            if (!outputs.TryGetValue(path, out var o))
            {
                outputs[path] = o = (new float[rows * width], new float[rows * width], width);
            }

            float[] to = isFirst ? o.First : o.Second;
            for (int r = 0; r < size; r++)
            {
                for (int e = 0; e < width; e++)
                {
                    to[(order[at + r] * width) + e] = values[(r * per) + (e * step)];
                }
            }
        }, () =>
        {
            at += size;
            seen.Clear();
        });
    }

    private double[] Judge((float[] First, float[] Second, int Width) o, int size)
    {
        var mean = new double[o.Width];
        var square = new double[o.Width];
        var change = new double[rows / size];
        for (int i = 0; i < o.First.Length; i++)
        {
            double a = o.First[i], b = o.Second[i];
            mean[i % o.Width] += (a + b) / (2 * rows);
            square[i % o.Width] += ((a * a) + (b * b)) / (2 * rows);
            change[i / o.Width / size] += (a - b) * (a - b) / 2;
        }

        double variance = square.Zip(mean, (s, m) => s - (m * m)).Sum();
        return [.. change.Select(c => variance > 0 ? c / size / variance : 0)];
    }
}
