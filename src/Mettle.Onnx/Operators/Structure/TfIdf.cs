using System.Globalization;

namespace Mettle.Onnx;

/// <summary>Counts of known n-grams per row, the n tokens perhaps with equally many skipped between them (ONNX TfIdfVectorizer).</summary>
internal static class TfIdf
{
    private const long BytesOfToken = 64;

    public static TensorValue Evaluate(Call c)
    {
        var shape = Moved.Shape(c.Value(0));
        Budget.Require(BytesOfToken * shape.Count);
        string[] tokens = c.Value(0) is TextValue texts ? [.. texts.Texts] : [.. c.Whole(0).Select(Key)];
        int rows = shape.Rank == 2 ? shape[0] : 1, columns = shape.Rank == 0 ? 1 : shape[^1];
        int shortest = c.Int("min_gram_length"), longest = c.Int("max_gram_length"), skips = c.Int("max_skip_count");
        int[] indexes = c.Ints("ngram_indexes") ?? [];
        if (shape.Rank > 2 || shortest < 1 || longest < shortest || skips < 0 || indexes.Length == 0 || indexes.Min() < 0)
        {
            throw c.Bad($"n-grams of {shortest} to {longest} tokens with up to {skips} skipped, or tokens {shape}, do not fit.");
        }

        float[] weights = c.Floats("weights") is { Length: > 0 } given
            ? given.Length == indexes.Length ? given : throw c.Bad($"{given.Length} weights do not fit {indexes.Length} n-grams.")
            : [.. Enumerable.Repeat(1f, indexes.Length)];
        int width = c.Fit(indexes.Max() + 1L);
        var to = Shapes.Dims(c, shape.Rank == 2 ? [rows, width] : [width]);
        float[] counts = new float[to.Count];
        var tree = Tree(c, longest, indexes.Length);
        for (int row = 0; row < rows; row++)
        {
            var own = tokens.AsSpan(row * columns, columns);
            foreach (int gram in Found(tree, own.ToArray(), shortest, longest, skips))
            {
                counts[((long)row * width) + indexes[gram]]++;
            }
        }

        string mode = c.Text("mode", "");
        if (mode is not ("TF" or "IDF" or "TFIDF"))
        {
            throw c.Bad($"there is no mode {OnnxException.Quote(mode)}; there are TF, IDF and TFIDF.");
        }

        if (mode != "TF")
        {
            float[] scale = new float[width];
            for (int i = 0; i < indexes.Length; i++)
            {
                scale[indexes[i]] = weights[i];
            }

            for (int i = 0; i < counts.Length; i++)
            {
                counts[i] = (mode == "IDF" ? Math.Min(1, counts[i]) : counts[i]) * scale[i % width];
            }
        }

        return new(Tensor.From(counts, to), ElementType.F32);
    }

    private static string Key(long token) => token.ToString(CultureInfo.InvariantCulture);

    // Known n-grams as a tree of tokens from the first on; the place where one ends tells which it is.
    private static Dictionary<(int At, string Token), (int Next, int Gram)> Tree(Call c, int longest, int grams)
    {
        string[] pool = c.Texts("pool_strings") is { Length: > 0 } texts ? texts : [.. (c.Attribute("pool_int64s")?.Ints ?? []).Select(Key)];
        int[] starts = c.Ints("ngram_counts") ?? [];
        var tree = new Dictionary<(int At, string Token), (int Next, int Gram)>();
        int nodes = 0, gram = 0;
        for (int n = 1; n <= starts.Length; n++)
        {
            int from = starts[n - 1], to = n < starts.Length ? starts[n] : pool.Length;
            if (from < 0 || to < from || to > pool.Length || (to - from) % n != 0)
            {
                throw c.Bad($"the {n}-grams from {from} to {to} do not fit a pool of {pool.Length}.");
            }

            for (; from < to; from += n, gram++)
            {
                if (gram >= grams)
                {
                    throw c.Bad($"there are more n-grams than the {grams} places for them.");
                }

                int at = 0;
                for (int k = 0; k < n; k++)
                {
                    var known = tree.GetValueOrDefault((at, pool[from + k]), (Next: nodes + 1, Gram: -1));
                    nodes = Math.Max(nodes, known.Next);
                    tree[(at, pool[from + k])] = k == n - 1 && n <= longest ? (known.Next, gram) : known;
                    at = known.Next;
                }
            }
        }

        return tree;
    }

    private static IEnumerable<int> Found(Dictionary<(int At, string Token), (int Next, int Gram)> tree, string[] tokens, int shortest, int longest, int skips)
    {
        for (int step = 1; step <= skips + 1L && step <= Math.Max(1, tokens.Length); step++)
        {
            // Single tokens have nothing between them: they count once.
            int least = step == 1 ? shortest : Math.Max(2, shortest);
            Budget.Spend(BytesOfToken * tokens.Length);
            for (int start = 0; start < tokens.Length; start++)
            {
                int at = 0;
                for (long n = 1, place = start; n <= longest && place < tokens.Length && tree.TryGetValue((at, tokens[place]), out var hit); n++, place += step)
                {
                    if (n >= least && hit.Gram >= 0)
                    {
                        yield return hit.Gram;
                    }

                    at = hit.Next;
                }
            }
        }
    }
}
