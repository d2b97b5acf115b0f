using System.Numerics;
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

    /// <summary>Row-passes that looking among all the rows there is a use for takes as long as.</summary>
    public static double Wants(Subject subject)
    {
        var (rows, _, passes) = Search(subject);
        return rows * passes;
    }

    /// <summary>The neighbours of an examination, looked up once.</summary>
    public static Neighbours Of(Subject subject) => subject.Shared("neighbours", Among);

    private static Neighbours Among(Subject subject)
    {
        var source = Regularizers.Clean(subject.Experiment.Data.Encoded.Train.Rows);
        using var scope = MemoryScope.Begin("neighbours");
        var (rows, others, passes) = Search(subject);
        if (others <= 2 * Nearest)
        {
            return new Neighbours([], [], others);
        }

        int[] pool = subject.Key.Draw(others, source.Count);
        rows = subject.Budget.Rows(Math.Min(rows, others), passes);
        var batch = source.Load(pool, default);
        var (floats, codes) = (new List<Numbers>(), new List<int[]>());
        foreach (var input in batch.Inputs)
        {
            var x = input.Reshape(others, (int)(input.Count / others));
            if (x.DType.IsFloat())
            {
                floats.Add(Numbers.Of(x.To(DType.F32), rows));
            }
            else
            {
                codes.Add(x.To(DType.I32).Transpose().ToArray<int>());
            }
        }

        var distance = new float[others];
        var found = new int[rows][];
        for (int i = 0; i < rows; i++)
        {
            Array.Clear(distance);
            floats.ForEach(x => x.AddDistances(i, distance));
            codes.ForEach(c => AddDiffering(c, i, distance));
            found[i] = [.. Closest(distance, i).Select(j => pool[j])];
        }

        return new Neighbours(pool[..rows], found, others);
    }

    // Rows to look at, among how many, and row-passes for each: the search's operations over those of a pass through the model and
    // back, six for each weight.
    private static (int Rows, int Others, double Passes) Search(Subject subject)
    {
        var source = Regularizers.Clean(subject.Experiment.Data.Encoded.Train.Rows);
        using var scope = MemoryScope.Begin("row");
        var one = source.Load([0], default);
        long numbers = one.Inputs.Where(x => x.DType.IsFloat()).Sum(x => x.Count), symbols = one.Inputs.Where(x => !x.DType.IsFloat()).Sum(x => x.Count);
        int rows = Math.Min(MostRows, source.Count);
        int others = (int)Math.Min(Math.Min(source.Count, MostOthers), Math.Min(MostNumbers / Math.Max(1, numbers), MostComparisons / Math.Max(1, symbols * rows)));
        return (rows, others, ((2 * numbers) + symbols) * others / (6.0 * Math.Max(1, subject.Model.Module.ParameterCount)));
    }

    /// <summary>The class that most of the neighbours have; among equals that of the nearest.</summary>
    public int Vote(int at, IReadOnlyList<int> labels)
    {
        var found = Found[at];
        int best = 0, most = 0;
        foreach (int j in found)
        {
            int votes = 0;
            foreach (int k in found)
            {
                votes += labels[k] == labels[j] ? 1 : 0;
            }

            (best, most) = votes > most ? (labels[j], votes) : (best, most);
        }

        return best;
    }

    // Codes by column: the comparisons of one row's codes with all rows' are vectors.
    private static void AddDiffering(int[] columns, int row, float[] distance)
    {
        int others = distance.Length, width = columns.Length / others, j = 0;
        for (; j <= others - Vector<int>.Count; j += Vector<int>.Count)
        {
            var differing = new Vector<int>(width);
            for (int c = 0; c < columns.Length; c += others)
            {
                differing += Vector.Equals(new Vector<int>(columns[c + row]), new Vector<int>(columns, c + j));
            }

            (new Vector<float>(distance, j) + Vector.ConvertToSingle(2 * differing)).CopyTo(distance, j);
        }

        for (; j < others; j++)
        {
            int differing = 0;
            for (int c = 0; c < columns.Length; c += others)
            {
                differing += columns[c + row] == columns[c + j] ? 0 : 1;
            }

            distance[j] += 2 * differing;
        }
    }

    // Insertion into a short list; of equal distances the earlier row stays first.
    private static int[] Closest(ReadOnlySpan<float> distance, int self)
    {
        var found = new int[Nearest];
        Span<float> far = stackalloc float[Nearest];
        far.Fill(float.PositiveInfinity);
        int j = 0;
        for (; j <= distance.Length - Vector<float>.Count; j += Vector<float>.Count)
        {
            if (Vector.LessThanAny(new Vector<float>(distance[j..]), new Vector<float>(far[Nearest - 1])))
            {
                Insert(distance, j, j + Vector<float>.Count, self, far, found);
            }
        }

        Insert(distance, j, distance.Length, self, far, found);
        return found;
    }

    private static void Insert(ReadOnlySpan<float> distance, int from, int to, int self, Span<float> far, int[] found)
    {
        for (int j = from; j < to; j++)
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
    }

    /// <summary>Rows of numbers with their squared lengths and their products with the first rows.</summary>
    private sealed record Numbers(float[] Lengths, Tensor Products)
    {
        public static Numbers Of(Tensor x, int rows) => new((x * x).Sum(1).ToArray<float>(), x.Narrow(0, 0, rows).MatMul(x.Transpose()));

        public void AddDistances(int row, Span<float> distance)
        {
            var along = Products.AsSpan<float>().Slice(row * distance.Length, distance.Length);
            var own = new Vector<float>(Lengths[row]);
            int j = 0;
            for (; j <= distance.Length - Vector<float>.Count; j += Vector<float>.Count)
            {
                var far = distance[j..];
                (new Vector<float>(far) + (own + new Vector<float>(Lengths, j) - (2 * new Vector<float>(along[j..])))).CopyTo(far);
            }

            for (; j < distance.Length; j++)
            {
                distance[j] += Lengths[row] + Lengths[j] - (2 * along[j]);
            }
        }
    }
}
