namespace Mettle.Onnx;

/// <summary>
/// ONNX Einsum, NumPy's Einstein summation: sums of products of operands whose axes are named by letters. Operands are
/// contracted from left to right, each time as one batched matrix product.
/// </summary>
internal static class Einsum
{
    // Axes that an ellipsis stands for are named by numbers above those of the letters, counted from the last.
    private const int Ellipsis = char.MaxValue + 1;

    public static OnnxValue Evaluate(Call c)
    {
        string equation = string.Concat((c.Attribute("equation")?.Text ?? throw c.Bad("it needs the attribute 'equation'.")).Where(s => s != ' '));
        string[] sides = equation.Split("->");
        string[] terms = sides[0].Split(',');
        if (sides.Length > 2 || terms.Length != c.Count)
        {
            throw c.Bad($"the equation {OnnxException.Quote(equation)} does not describe {c.Count} operands.");
        }

        var operands = Enumerable.Range(0, terms.Length).Select(i => Named(c, c.Number(i), terms[i])).ToList();
        int dots = operands.SelectMany(o => o.Axes).Where(a => a >= Ellipsis).Select(a => a - Ellipsis + 1).DefaultIfEmpty(0).Max();
        List<int> wanted = sides.Length == 2 ? Axes(c, sides[1], dots) : Implied(c, sides[0], dots);
        if (wanted.Distinct().Count() != wanted.Count || wanted.Any(a => operands.All(o => !o.Axes.Contains(a))))
        {
            throw c.Bad($"the result of {OnnxException.Quote(equation)} names an axis twice or one that no operand has.");
        }

        operands = Broadcast(operands.Select(Diagonal).ToList());
        var all = operands[0];
        for (int i = 1; i < operands.Count; i++)
        {
            var later = operands.Skip(i + 1).SelectMany(o => o.Axes).Concat(wanted).ToHashSet();
            all = Contract(all, operands[i], later);
        }

        all = Sum(all, [.. wanted]);
        return c.Result(wanted.Count == 0 ? all.Tensor : all.Tensor.Permute([.. wanted.Select(a => all.Axes.IndexOf(a))]));
    }

    private static List<int> Axes(Call c, string term, int dots)
    {
        int at = term.IndexOf("...", StringComparison.Ordinal);
        string letters = at < 0 ? term : term.Remove(at, 3);
        if (letters.Any(l => !char.IsAsciiLetter(l)))
        {
            throw c.Bad($"{OnnxException.Quote(term)} is not a list of letters with at most one ellipsis.");
        }

        var axes = letters.Select(l => (int)l).ToList();
        if (at >= 0)
        {
            axes.InsertRange(at, Enumerable.Range(0, dots).Select(i => Ellipsis + dots - 1 - i));
        }

        return axes;
    }

    // Without an arrow: the ellipsis, then the letters that occur once, in order.
    private static List<int> Implied(Call c, string terms, int dots)
    {
        var letters = terms.Replace("...", "", StringComparison.Ordinal).Where(l => l != ',').GroupBy(l => l).Where(g => g.Count() == 1);
        return Axes(c, "..." + string.Concat(letters.Select(g => g.Key).Order()), dots);
    }

    private static Operand Named(Call c, Tensor x, string term)
    {
        int letters = term.Replace("...", "", StringComparison.Ordinal).Length;
        var axes = Axes(c, term, Math.Max(0, x.Rank - letters));
        return axes.Count == x.Rank ? new(x, axes) : throw c.Bad($"{OnnxException.Quote(term)} does not name the {x.Rank} axes of {x.Shape}.");
    }

    // A letter that an operand has twice means its diagonal.
    private static Operand Diagonal(Operand o)
    {
        var (x, axes) = (o.Tensor, o.Axes.ToList());
        while (axes.FindIndex(a => axes.IndexOf(a) != axes.LastIndexOf(a)) is >= 0 and var i)
        {
            int j = axes.LastIndexOf(axes[i]), n = x.Shape[i];
            if (x.Shape[j] != n)
            {
                throw new ArgumentException($"A letter stands for axes of {n} and {x.Shape[j]} elements of one operand {x.Shape}.");
            }

            int[] order = [.. Enumerable.Range(0, x.Rank).Where(a => a != i && a != j), i, j];
            var pairs = x.Permute(order).Flatten(x.Rank - 2);
            x = n == 0 ? pairs : pairs.Narrow(-1, 0, n * n, n + 1);
            axes = [.. order[..^1].Select(a => axes[a])];
        }

        return new(x, axes);
    }

    // An axis of one element is dropped where another operand has more under its name.
    private static List<Operand> Broadcast(List<Operand> operands)
    {
        var sizes = new Dictionary<int, int>();
        foreach (var (x, axes) in operands)
        {
            for (int i = 0; i < axes.Count; i++)
            {
                int known = sizes.GetValueOrDefault(axes[i], 1);
                sizes[axes[i]] = known == 1 || known == x.Shape[i] || x.Shape[i] == 1
                    ? (known == 1 ? x.Shape[i] : known)
                    : throw new ArgumentException($"A letter stands for axes of {known} and {x.Shape[i]} elements.");
            }
        }

        return [.. operands.Select(o =>
        {
            int[] kept = [.. Enumerable.Range(0, o.Axes.Count).Where(i => o.Tensor.Shape[i] == sizes[o.Axes[i]])];
            return new Operand(o.Tensor.Reshape(new Shape([.. kept.Select(i => o.Tensor.Shape[i])])), [.. kept.Select(i => o.Axes[i])]);
        })];
    }

    // Sums over the axes that nobody wants.
    private static Operand Sum(Operand o, HashSet<int> wanted)
    {
        int[] gone = [.. Enumerable.Range(0, o.Axes.Count).Where(i => !wanted.Contains(o.Axes[i]))];
        return gone.Length == 0 ? o : new(o.Tensor.Sum(gone), [.. o.Axes.Where(wanted.Contains)]);
    }

    private static Operand Contract(Operand a, Operand b, HashSet<int> later)
    {
        a = Sum(a, [.. later, .. b.Axes]);
        b = Sum(b, [.. later, .. a.Axes]);
        int[] shared = [.. a.Axes.Intersect(b.Axes)];
        int[] batch = [.. shared.Where(later.Contains)], summed = [.. shared.Except(batch)];
        int[] left = [.. a.Axes.Except(shared)], right = [.. b.Axes.Except(shared)];
        int Size(Operand o, int[] axes) => axes.Aggregate(1, (n, x) => checked(n * o.Tensor.Shape[o.Axes.IndexOf(x)]));
        Tensor Ordered(Operand o, int[] first, int[] second)
        {
            int[] order = [.. batch.Concat(first).Concat(second).Select(x => o.Axes.IndexOf(x))];
            var x = order.Length == 0 ? o.Tensor : o.Tensor.Permute(order);
            return x.Reshape(new Shape(Size(o, batch), Size(o, first), Size(o, second)));
        }

        var y = Products.Matrices(Ordered(a, left, summed), Ordered(b, summed, right));
        Shape shape = [
            .. batch.Concat(left).Select(x => a.Tensor.Shape[a.Axes.IndexOf(x)]),
            .. right.Select(x => b.Tensor.Shape[b.Axes.IndexOf(x)])];
        return new(y.Reshape(shape), [.. batch, .. left, .. right]);
    }

    /// <summary>A tensor and the names of its axes.</summary>
    private sealed record Operand(Tensor Tensor, List<int> Axes);
}
