using System.Globalization;

namespace Mettle.Onnx;

/// <summary>
/// A dimension as a polynomial with integer coefficients in a model's open sizes and in parts of them rounded down, e.g.
/// <c>N*floor((T - 1)/2) + 3</c>. Equal expressions print alike.
/// </summary>
internal sealed class SizeExpression
{
    // Terms by the text of their factors; the empty one is the number at the end.
    private readonly SortedDictionary<string, (long Times, Atom[] Factors)> terms = new(StringComparer.Ordinal);

    private SizeExpression()
    {
    }

    /// <summary>The number, if it is one.</summary>
    public long? Number => terms.Count == 0 ? 0 : terms.Count == 1 && terms.TryGetValue("", out var only) ? only.Times : null;

    /// <summary>A number.</summary>
    public static SizeExpression Of(long number) => new SizeExpression().Plus(number, []);

    /// <summary>An open size, by its place in the list of sizes.</summary>
    public static SizeExpression Size(string name, int place) => Of(new Atom(name, sizes => sizes[place]));

    public static SizeExpression operator +(SizeExpression a, SizeExpression b)
        => b.terms.Values.Aggregate(a.Copy(), (sum, t) => sum.Plus(t.Times, t.Factors));

    public static SizeExpression operator *(SizeExpression a, SizeExpression b)
    {
        var product = new SizeExpression();
        foreach (var (x, left) in a.terms.Values)
        {
            foreach (var (y, right) in b.terms.Values)
            {
                product.Plus(checked(x * y), [.. left.Concat(right).OrderBy(f => f.Text, StringComparer.Ordinal)]);
            }
        }

        return product;
    }

    public static SizeExpression operator *(SizeExpression a, long times) => a * Of(times);

    /// <summary>Divided by a positive number and rounded down.</summary>
    public SizeExpression Floor(long by)
    {
        var (whole, rest) = (new SizeExpression(), new SizeExpression());
        foreach (var (times, factors) in terms.Values)
        {
            // The number at the end stays inside, where it makes the shorter text.
            bool isNumber = factors.Length == 0;
            whole.Plus(isNumber ? 0 : times / by, factors);
            rest.Plus(isNumber ? times : times % by, factors);
        }

        if (rest.Number is { } left)
        {
            return whole.Plus(FloorDivide(left, by), []);
        }

        // A fraction within a fraction is one: floor((floor(x/d) + c)/e) = floor((x + c*d)/(d*e)).
        long constant = rest.terms.TryGetValue("", out var c) ? c.Times : 0;
        if (rest.terms.Values.Where(t => t.Factors.Length > 0).ToList() is [(1, [{ Numerator: { } inner } single])])
        {
            return whole + (inner + Of(constant * single.Divisor)).Floor(single.Divisor * by);
        }

        return whole + Of(new Atom($"floor({Grouped(rest)}/{Text(by)})", sizes => FloorDivide(rest.At(sizes), by)) { Numerator = rest, Divisor = by });
    }

    /// <summary>The smaller one.</summary>
    public SizeExpression Min(long limit) => Of(new Atom($"min({this}, {Text(limit)})", sizes => Math.Min(At(sizes), limit)));

    /// <summary>The larger one.</summary>
    public SizeExpression Max(long limit) => Of(new Atom($"max({this}, {Text(limit)})", sizes => Math.Max(At(sizes), limit)));

    /// <summary>Rounded down; <paramref name="b"/> is positive.</summary>
    public static long FloorDivide(long a, long b) => (a / b) - (a % b < 0 ? 1 : 0);

    /// <summary>The value at given sizes.</summary>
    public long At(IReadOnlyList<int> sizes)
        => terms.Values.Sum(t => t.Factors.Aggregate(t.Times, (product, f) => checked(product * f.At(sizes))));

    /// <inheritdoc/>
    public override string ToString()
    {
        var ordered = terms.Values.OrderByDescending(t => t.Factors.Length).ThenByDescending(t => t.Times > 0).ToList();
        return ordered.Count == 0 ? "0" : string.Concat(ordered.Select((t, i) => $"{(t.Times < 0 ? (i == 0 ? "-" : " - ") : i == 0 ? "" : " + ")}{Term(Math.Abs(t.Times), t.Factors)}"));

        static string Term(long times, Atom[] factors)
            => string.Join('*', (times == 1 && factors.Length > 0 ? [] : new[] { Text(times) }).Concat(factors.Select(f => f.Text)));
    }

    private static SizeExpression Of(Atom atom) => new SizeExpression().Plus(1, [atom]);

    private static string Grouped(SizeExpression e) => e.terms.Count > 1 || e.terms.Values.Any(t => t.Factors.Length > 1 || t.Times != 1) ? $"({e})" : e.ToString();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private SizeExpression Copy() => terms.Values.Aggregate(new SizeExpression(), (copy, t) => copy.Plus(t.Times, t.Factors));

    // Only while the expression is being made.
    private SizeExpression Plus(long times, Atom[] factors)
    {
        string key = string.Join('*', factors.Select(f => f.Text));
        long sum = checked((terms.TryGetValue(key, out var known) ? known.Times : 0) + times);
        if (sum == 0)
        {
            terms.Remove(key);
        }
        else
        {
            terms[key] = (sum, factors);
        }

        return this;
    }

    /// <summary>A size, or a part of sizes.</summary>
    private sealed record Atom(string Text, Func<IReadOnlyList<int>, long> At)
    {
        public SizeExpression? Numerator { get; init; }

        public long Divisor { get; init; } = 1;
    }
}
