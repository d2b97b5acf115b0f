using Mettle.Nn;

namespace Mettle.Challenges.Model;

/// <summary>
/// The nearest other training rows of some training rows, in the space of the model's inputs: squared distance of the numbers, and 2
/// for each category or symbol that differs, as between one-hot codes.
/// </summary>
internal sealed class Neighbours
{
    /// <summary>Neighbours of a row.</summary>
    public const int Nearest = 5;

    // Enough rows for a share to within three points; enough rows around them for neighbours that are near.
    private const int MostRows = 256, MostOthers = 2048;

    // Numbers held at once, and comparisons of symbols: some milliseconds each.
    private const long MostNumbers = 1 << 22, MostComparisons = 1 << 24;

    private Neighbours(int[] rows, int[][] found, int others)
    {
        Rows = rows;
        Found = found;
        Others = others;
    }

    /// <summary>The rows, as positions in the training part.</summary>
    public IReadOnlyList<int> Rows { get; }

    /// <summary>Of each row its neighbours, nearest first, itself left out.</summary>
    public IReadOnlyList<int[]> Found { get; }

    /// <summary>Rows that neighbours were looked for among.</summary>
    public int Others { get; }

    /// <summary>Whether there were rows enough to look among.</summary>
    public bool AreKnown => Rows.Count > 0;

    /// <summary>The neighbours of an examination, looked up once.</summary>
    public static Neighbours Of(Subject subject) => subject.Shared("neighbours", Among);

    private static Neighbours Among(Subject subject)
    {
        var data = subject.Experiment.Data.Encoded;
        var source = Regularizers.Clean(data.Train.Rows);
        int[] order = subject.Key.Permutation(source.Count);
        using var scope = MemoryScope.Begin("neighbours");
        var one = source.Load([order[0]], default);
        long numbers = one.Inputs.Where(x => x.DType.IsFloat()).Sum(x => x.Count), symbols = one.Inputs.Where(x => !x.DType.IsFloat()).Sum(x => x.Count);
        int rows = Math.Min(MostRows, source.Count);
        int others = (int)Math.Min(Math.Min(source.Count, MostOthers), Math.Min(MostNumbers / Math.Max(1, numbers), MostComparisons / Math.Max(1, symbols * rows)));
        if (others <= 2 * Nearest)
        {
            return new Neighbours([], [], others);
        }

        int[] pool = order[..others];
        rows = Math.Min(rows, others);
        var batch = source.Load(pool, default);
        var distance = new float[(long)rows * others];
        foreach (var input in batch.Inputs)
        {
            Add(distance, input, rows, others);
        }

        var found = new int[rows][];
        for (int i = 0; i < rows; i++)
        {
            found[i] = [.. Closest(distance.AsSpan(i * others, others), i).Select(j => pool[j])];
        }

        return new Neighbours(pool[..rows], found, others);
    }

    /// <summary>The class that most of the neighbours have; among equals that of the nearest.</summary>
    public int Vote(int at, IReadOnlyList<int> labels)
        => Found[at].Select(j => labels[j]).GroupBy(l => l).OrderByDescending(g => g.Count()).First().Key;

    private static void Add(float[] distance, Tensor input, int rows, int others)
    {
        int width = (int)(input.Count / others);
        if (!input.DType.IsFloat())
        {
            long[] codes = input.To(DType.I64).ToArray<long>();
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < others; j++)
                {
                    int differ = 0;
                    for (int c = 0; c < width; c++)
                    {
                        differ += codes[(i * width) + c] == codes[(j * width) + c] ? 0 : 1;
                    }

                    distance[(i * others) + j] += 2 * differ;
                }
            }

            return;
        }

        var x = input.To(DType.F32).Reshape(others, width);
        var squares = (x * x).Sum(1);
        float[] length = squares.ToArray<float>();
        float[] product = x.Narrow(0, 0, rows).MatMul(x.Transpose()).ToArray<float>();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < others; j++)
            {
                distance[(i * others) + j] += length[i] + length[j] - (2 * product[(i * others) + j]);
            }
        }
    }

    // Insertion into a short list; of equal distances the earlier row stays first.
    private static int[] Closest(ReadOnlySpan<float> distance, int self)
    {
        var found = new int[Nearest];
        Span<float> far = stackalloc float[Nearest];
        far.Fill(float.PositiveInfinity);
        for (int j = 0; j < distance.Length; j++)
        {
            if (j == self || !(distance[j] < far[Nearest - 1]))
            {
                continue;
            }

            int k = Nearest - 1;
            for (; k > 0 && distance[j] < far[k - 1]; k--)
            {
                (far[k], found[k]) = (far[k - 1], found[k - 1]);
            }

            (far[k], found[k]) = (distance[j], j);
        }

        return found;
    }
}
