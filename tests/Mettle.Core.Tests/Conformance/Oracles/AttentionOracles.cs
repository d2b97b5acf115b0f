namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Attention by its definition: every score, a softmax, a weighted sum. And dropout.</summary>
internal static class AttentionOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("attention", (op, x) => Attend(((Attention)op).Settings, x)),
        new("dropout", (op, x) => [Drop((InvertedDropout)op, x[0])]),
        new("self_attention", (op, x) => SelfAttend((SelfAttention)op, x)),
    ];

    private static NdArray[] Attend(AttentionSettings settings, NdArray[] x)
    {
        var (q, k, v) = (x[0], x[1], x[2]);
        int rank = q.Rank;
        int keys = k.Shape[^2];
        var mask = x.Length > 3 ? x[3] : null;
        var draws = settings.Dropout > 0 ? Tensor.Uniform(settings.Key, [.. q.Shape[..^1], keys]).ToArray<float>() : [];
        var y = NdArray.Zeros([.. q.Shape[..^1], v.Shape[^1]], q.Type);
        var logs = NdArray.Zeros(q.Shape[..^1], q.Type);
        int row = 0;
        logs.ForEach(at =>
        {
            var scores = new double[keys];
            for (int j = 0; j < keys; j++)
            {
                double dot = 0;
                for (int e = 0; e < q.Shape[^1]; e++)
                {
                    dot += q[[.. at, e]] * k[[.. at[..^1], j, e]];
                }

                double score = settings.Causal && j > at[^1] ? double.NegativeInfinity : dot * settings.Scale;
                scores[j] = mask is null || double.IsNegativeInfinity(score) ? score
                    : mask.Type == DType.Bool ? (mask[[.. at, j]] != 0 ? score : double.NegativeInfinity) : score + mask[[.. at, j]];
            }

            // Without keys: a maximum of nothing, a sum of nothing.
            double largest = scores.DefaultIfEmpty(double.NegativeInfinity).Max(), sum = scores.Sum(s => Math.Exp(s - largest));
            logs[at] = largest + Math.Log(sum);
            for (int c = 0; c < v.Shape[^1]; c++)
            {
                double mixed = 0;
                for (int j = 0; j < keys; j++)
                {
                    double factor = settings.Dropout == 0 ? 1 : draws[(row * keys) + j] >= (float)settings.Dropout ? 1 / (1 - settings.Dropout) : 0;
                    mixed += Math.Exp(scores[j] - largest) / sum * factor * v[[.. at[..^1], j, c]];
                }

                y[[.. at, c]] = mixed;
            }

            row++;
        });
        return [y, logs];
    }

    private static NdArray Drop(InvertedDropout op, NdArray x)
    {
        var draws = Tensor.Uniform(op.Key, new Shape(x.Shape)).ToArray<float>();
        return new(x.Shape, [.. x.Values.Select((v, i) => draws[i] >= (float)op.Rate ? v / (1 - op.Rate) : v * 0)], x.Type);
    }

    private static NdArray[] SelfAttend(SelfAttention op, NdArray[] x)
    {
        var (n, t, all) = (x[0].Shape[0], x[0].Shape[1], x[0].Shape[2]);
        int width = all / (3 * op.Heads);
        NdArray Part(int which) => NdArray.From(
            [n, op.Heads, t, width], x[0].Type, i => x[0][i[0], i[2], (((which * op.Heads) + i[1]) * width) + i[3]]);
        var results = Attend(op.Settings, [Part(0), Part(1), Part(2), .. x[1..]]);
        return [NdArray.From([n, t, all / 3], x[0].Type, i => results[0][i[0], i[2] / width, i[1], i[2] % width]), results[1]];
    }
}
