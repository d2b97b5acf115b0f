namespace Mettle.Onnx;

/// <summary>Finds out by trial which sizes a model takes: which fit, which must be equal, which come in steps.</summary>
internal sealed class SizeSearch
{
    // Sizes that models are made for, common ones first.
    private static readonly int[] Common = [8, 16, 32, 64, 128, 256, 512, 224, 320, 640, 96, 160, 192, 384, 1024, 2048, 4096, 5, 3, 2, 1, 576, 48, 80, 100, 400, 1000, 16000];

    private static readonly int[] Distances = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 20, 24, 32, 48, 64, 96, 128];

    private const long VeryLarge = 1 << 27;
    private const int MostMixed = 2000, MostOps = 2_000_000;

    private readonly ShapeModel model;
    private readonly OpenSizes open;
    private readonly int[] home;
    private readonly List<int>[] groups;

    private SizeSearch(ShapeModel model, OpenSizes open)
    {
        (this.model, this.open) = (model, open);
        home = Home();
        groups = new List<int>[home.Length];
    }

    /// <summary>The open sizes, equal ones once.</summary>
    public List<OnnxSize> Sizes { get; } = [];

    /// <summary>Sizes of a call that fits.</summary>
    public IReadOnlyList<int> Fitting => home;

    /// <summary>Number of ops in one run.</summary>
    public int Ops { get; private set; }

    /// <summary>Searches. Throws <see cref="OnnxException"/>, naming the node, where no size fits.</summary>
    public static SizeSearch Run(ShapeModel model, OpenSizes open)
    {
        var search = new SizeSearch(model, open);
        for (int i = 0; i < search.home.Length; i++)
        {
            if (search.groups[i] is null)
            {
                search.Explore(i);
            }
        }

        return search;
    }

    /// <summary>One size each of <see cref="Sizes"/> as sizes of all that are open.</summary>
    public int[] Spread(IReadOnlyList<int> each)
    {
        int[] all = new int[home.Length];
        for (int i = 0; i < Sizes.Count; i++)
        {
            foreach (int member in groups[open.Names.IndexOf(Sizes[i].Name)])
            {
                all[member] = each[i];
            }
        }

        return all;
    }

    private int[] Home()
    {
        int count = open.Names.Count;
        long spent = 0;
        ShapeRun? furthest = null;
        int[]? furthestSizes = null;
        bool[] leads = [.. open.Places.Select(p => p.TrueForAll(x => x.Axis == 0))];
        foreach (int[] sizes in Candidates(count, leads))
        {
            var run = ShapeRun.At(model, open.Shapes(sizes));
            Ops = run.Ops;
            spent += run.Ops;
            if (run.Fault is null)
            {
                return sizes;
            }

            if (furthest is null || run.Reached > furthest.Reached)
            {
                (furthest, furthestSizes) = (run, sizes);
            }

            if (spent > MostOps)
            {
                break;
            }
        }

        string at = count == 0 ? "" : $" (with {string.Join(", ", open.Names.Zip(furthestSizes!, (n, s) => $"{n} = {s}"))}; no other sizes tried fit either)";
        throw new OnnxException(furthest!.Fault!.Message.TrimEnd('.') + at, "its shapes do not fit.", furthest.Fault);
    }

    private static IEnumerable<int[]> Candidates(int count, bool[] leads)
    {
        if (count == 0)
        {
            return [[]];
        }

        var equal = Common.Select(c => Enumerable.Repeat(c, count).ToArray());
        var apart = leads.Contains(true) && leads.Contains(false)
            ? new[] { 2, 1 }.SelectMany(lead => Common.Concat(Enumerable.Range(1, 1024)).Select(c => leads.Select(l => l ? lead : c).ToArray()))
            : Enumerable.Range(1, 1024).Select(c => Enumerable.Repeat(c, count).ToArray());
        var key = RandomKey.FromSeed(1).For("sizes that fit");
        var mixed = Enumerable.Range(0, count > 1 ? MostMixed : 0)
            .Select(n => Enumerable.Range(0, count).Select(i => key.At(i).Below(2, 2 * (ulong)n) == 0 ? 1 + key.At(i).Below(16, (2 * (ulong)n) + 1) : Common[key.At(i).Below(Common.Length, (2 * (ulong)n) + 1)]).ToArray());
        return equal.Concat(apart).Concat(mixed);
    }

    private bool Fits(IEnumerable<int> moved, int size)
    {
        int[] sizes = [.. home];
        foreach (int i in moved)
        {
            sizes[i] = size;
        }

        return ShapeRun.At(model, open.Shapes(sizes)).Fault is null;
    }

    private void Explore(int i)
    {
        List<int> group = [i];
        var larger = Larger(group);
        if (larger.Count == 0)
        {
            group = Together(i);
            larger = Larger(group);
        }

        foreach (int member in group)
        {
            groups[member] = group;
        }

        int from = home[i], step = larger.Aggregate(0, (g, x) => Gcd(g, x - from));
        int least = Smallest(group, from, Math.Max(step, 1));
        int? most = larger.Count == 0 ? from : Largest(group, larger[^1], step);
        step = step > 0 ? step : 1;
        int usual = group.Exists(g => open.Places[g].Exists(p => p.Axis == 0)) ? 1 : open.Places[i].Exists(p => p.Rank == 4 && p.Axis > 1) ? 224 : 128;
        usual = Math.Clamp(usual, least, Math.Max(least, most ?? int.MaxValue));
        usual = least + ((usual - least + step - 1) / step * step);
        if (usual > most || !Fits(group, usual))
        {
            usual = from;
        }

        Sizes.Add(new(
            open.Names[i], [.. group.SelectMany(g => open.Places[g]).Select(p => $"axis {p.Axis} of {OnnxException.Quote(p.Input)}")],
            [.. group.Skip(1).Select(g => open.Names[g])], least, most, step, usual));
    }

    private List<int> Larger(List<int> group)
    {
        int from = home[group[0]];
        return [.. Distances.Append(from).Append(2 * from).Append(3 * from).Append(1000).Distinct().Order().Select(d => from + d).Where(x => Fits(group, x))];
    }

    // Sizes that only grow together must be equal: a pair; else all of them, without each that need not grow.
    private List<int> Together(int i)
    {
        var others = Enumerable.Range(0, home.Length).Where(k => k != i && home[k] == home[i] && groups[k] is null).ToList();
        int pair = others.FindIndex(k => Grows([i, k]));
        List<int> group = pair < 0 ? [i, .. others] : [i, others[pair]];
        if (!Grows(group))
        {
            return [i];
        }

        foreach (int other in others)
        {
            var rest = group.Where(k => k != other).ToList();
            group = Grows(rest) ? rest : group;
        }

        return group;
    }

    private bool Grows(List<int> group) => Array.Exists(Distances, d => Fits(group, home[group[0]] + d) && Fits(group, home[group[0]] + (2 * d)));

    private int Smallest(List<int> group, int from, int step)
    {
        int high = 0, low = (from - 1) / step;
        while (high < low)
        {
            int middle = (high + low + 1) / 2;
            bool fits = Fits(group, from - (middle * step));
            (high, low) = fits ? (middle, low) : (high, middle - 1);
        }

        return from - (high * step);
    }

    private int? Largest(List<int> group, int fits, int step)
    {
        int from = home[group[0]], high = Math.Max(4 * from, 4096) / step;
        if (Fits(group, from + (high * step)))
        {
            return null;
        }

        int low = (fits - from) / step;
        while (low < high)
        {
            int middle = (high + low + 1) / 2;
            (low, high) = Fits(group, from + (middle * step)) ? (middle, high) : (low, middle - 1);
        }

        // What does not fit the engine may still fit the model.
        int[] sizes = [.. home];
        group.ForEach(i => sizes[i] = from + (low * step));
        bool isLarge = ShapeRun.At(model, open.Shapes(sizes)).Facts.Any(f => f.Dims?.Aggregate(1L, (n, d) => n * d) > VeryLarge);
        return isLarge ? null : from + (low * step);
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
