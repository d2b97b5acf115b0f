using System.Numerics;

namespace Mettle.Onnx;

/// <summary>
/// Finds expressions for numbers that were seen at many choices of sizes. A number is explained by those that went into its node:
/// equal to one, a part of one rounded down (windows with strides), a product or a sum. What is returned agrees with every choice seen.
/// </summary>
internal sealed class ExpressionFit
{
    // Fewer points than this could agree with a wrong form by chance.
    private const int LeastSupport = 6;
    private const int LargestDivisor = 128;

    private readonly Dictionary<long[], SizeExpression> known = new(SameNumbers.Instance);

    /// <summary>Starts from the sizes themselves: <paramref name="points"/> are the choices, each a list of sizes.</summary>
    public ExpressionFit(IReadOnlyList<string> names, IReadOnlyList<int[]> points)
    {
        for (int i = 0; i < names.Count; i++)
        {
            long[] column = [.. points.Select(p => (long)p[i])];
            known.TryAdd(column, SizeExpression.Size(names[i], i));
            Sizes.Add(column);
        }
    }

    /// <summary>The sizes at each choice.</summary>
    public List<long[]> Sizes { get; } = [];

    /// <summary>What is known of a number; null: nothing.</summary>
    public SizeExpression? Known(long[] column) => IsConstant(column) ? SizeExpression.Of(column[0]) : known.GetValueOrDefault(column);

    /// <summary>Looks for <paramref name="column"/> in terms of <paramref name="groups"/> of numbers, such as the dimensions of each input; remembers what it finds.</summary>
    public SizeExpression? Find(long[] column, IReadOnlyList<IReadOnlyList<long[]>> groups)
    {
        if (Known(column) is { } already)
        {
            return already;
        }

        var usable = groups.Select(g => g.Where(c => Known(c) is not null).ToList()).ToList();
        var open = usable.SelectMany(g => g).Concat(Sizes).Where(c => !IsConstant(c)).Distinct(SameNumbers.Instance).ToList();
        var found = open.Select(u => Line(column, u)?.Of(Of(u))).FirstOrDefault(e => e is not null)
            ?? Whole(column, usable)
            ?? Pairs(column, open)
            ?? open.Select(u => Clamped(column, u)).FirstOrDefault(e => e is not null);
        return found is null ? null : known[column] = found;
    }

    private static bool IsConstant(long[] column) => Array.TrueForAll(column, c => c == column[0]);

    private SizeExpression Of(long[] column) => Known(column)!;

    // The smallest divisor; none where what was seen leaves a choice.
    private static Rounded? Line(long[] v, long[] u)
    {
        var pairs = Distinct(u, v);
        if (pairs is null || pairs.Count < LeastSupport)
        {
            return null;
        }

        var (u0, v0) = pairs[0];
        long g = 0, step = 0;
        foreach (var (x, y) in pairs)
        {
            g = Gcd(g, y - v0);
            step = Gcd(step, x - u0);
        }

        if (g == 0)
        {
            return null;
        }

        Rounded? found = null;
        double slope = (double)(pairs[^1].Value - v0) / g * step / (pairs[^1].Key - u0);
        for (long p = 1; p <= LargestDivisor; p++)
        {
            long a = (long)Math.Round(slope * p);
            if (a == 0 || Gcd(a, p) != 1)
            {
                continue;
            }

            long low = long.MinValue, high = long.MaxValue;
            for (int i = 0; i < pairs.Count && low <= high; i++)
            {
                long least = (p * ((pairs[i].Value - v0) / g)) - (a * ((pairs[i].Key - u0) / step));
                low = Math.Max(low, least);
                high = Math.Min(high, least + p - 1);
            }

            if (low > high)
            {
                continue;
            }

            if (found is not null || high > low)
            {
                return null;
            }

            // Between two steps any offset serves: the one nearest to 0.
            long fold = v0 / g, offset = ((low + (fold * p)) * step) - (a * u0), q = Gcd(a, p * step);
            offset = Math.Clamp(0, offset, offset + step - 1);
            found = new(g, a / q, SizeExpression.FloorDivide(offset, q), p * step / q, v0 - (fold * g));
        }

        return found;
    }

    // A form that holds on one side of a limit only, such as a slice up to a position.
    private SizeExpression? Clamped(long[] v, long[] u)
    {
        foreach (bool above in new[] { true, false })
        {
            long limit = above ? v.Max() : v.Min();
            int[] free = [.. Enumerable.Range(0, v.Length).Where(i => v[i] != limit)];
            if (free.Length < v.Length - 1 && Line([.. free.Select(i => v[i])], [.. free.Select(i => u[i])]) is { } line
                && Enumerable.Range(0, v.Length).All(i => v[i] == (above ? Math.Min(line.At(u[i]), limit) : Math.Max(line.At(u[i]), limit))))
            {
                var whole = line.Of(Of(u));
                return above ? whole.Min(limit) : whole.Max(limit);
            }
        }

        return null;
    }

    // All dimensions of an input, or neighbours among them, multiplied; or the same dimension of all inputs added up.
    private SizeExpression? Whole(long[] v, List<List<long[]>> groups)
    {
        foreach (var g in groups)
        {
            for (int from = 0; from < g.Count; from++)
            {
                long[] product = [.. g[from]];
                var expression = Of(g[from]);
                for (int to = from + 1; to < g.Count; to++)
                {
                    product = [.. product.Zip(g[to], (x, y) => x * y)];
                    expression *= Of(g[to]);
                    if (Multiple(v, product, expression) is { } found)
                    {
                        return found;
                    }
                }
            }
        }

        int rank = groups.Count == 0 ? 0 : groups.Max(g => g.Count);
        for (int axis = 0; axis < rank && groups.Count > 1; axis++)
        {
            var parts = groups.Where(g => g.Count == rank).Select(g => g[axis]).ToList();
            long[] rest = [.. v];
            foreach (long[] part in parts)
            {
                rest = [.. rest.Zip(part, (x, y) => x - y)];
            }

            if (parts.Count > 1 && IsConstant(rest))
            {
                return parts.Aggregate(SizeExpression.Of(rest[0]), (sum, p) => sum + Of(p));
            }
        }

        return null;
    }

    private SizeExpression? Pairs(long[] v, List<long[]> open)
    {
        for (int i = 0; i < open.Count; i++)
        {
            for (int k = i; k < open.Count; k++)
            {
                var (x, y) = (open[i], open[k]);
                if (Multiple(v, [.. x.Zip(y, (a, b) => a * b)], Of(x) * Of(y)) is { } product)
                {
                    return product;
                }

                foreach (var (s, t) in new[] { (1, 1), (1, -1), (-1, 1) })
                {
                    long[] rest = [.. v.Select((value, n) => value - (s * x[n]) - (t * y[n]))];
                    if (IsConstant(rest))
                    {
                        return (Of(x) * s) + (Of(y) * t) + SizeExpression.Of(rest[0]);
                    }
                }
            }
        }

        return null;
    }

    // v = (n/d) u exactly.
    private static SizeExpression? Multiple(long[] v, long[] u, SizeExpression expression)
    {
        int at = Array.FindIndex(u, x => x != 0);
        if (at < 0 || v[at] == 0)
        {
            return null;
        }

        long common = Gcd(v[at], u[at]), n = v[at] / common, d = u[at] / common;
        return v.Zip(u).All(p => (Int128)p.First * d == (Int128)p.Second * n) ? (expression * n).Floor(d) : null;
    }

    private static List<KeyValuePair<long, long>>? Distinct(long[] u, long[] v)
    {
        var pairs = new SortedDictionary<long, long>();
        for (int i = 0; i < u.Length; i++)
        {
            if (!pairs.TryAdd(u[i], v[i]) && pairs[u[i]] != v[i])
            {
                return null;
            }
        }

        return [.. pairs];
    }

    private static long Gcd(long a, long b) => (long)BigInteger.GreatestCommonDivisor(a, b);

    /// <summary>times * floor((slope * u + offset) / divisor) + shift.</summary>
    private readonly record struct Rounded(long Times, long Slope, long Offset, long Divisor, long Shift)
    {
        public long At(long u) => (SizeExpression.FloorDivide((Slope * u) + Offset, Divisor) * Times) + Shift;

        public SizeExpression Of(SizeExpression u) => (((u * Slope) + SizeExpression.Of(Offset)).Floor(Divisor) * Times) + SizeExpression.Of(Shift);
    }

    /// <summary>Lists are alike if their numbers are.</summary>
    private sealed class SameNumbers : IEqualityComparer<long[]>
    {
        public static SameNumbers Instance { get; } = new();

        public bool Equals(long[]? x, long[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(long[] numbers)
        {
            var hash = new HashCode();
            foreach (long n in numbers)
            {
                hash.Add(n);
            }

            return hash.ToHashCode();
        }
    }
}
