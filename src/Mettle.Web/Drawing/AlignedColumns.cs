namespace Mettle.Web.Drawing;

/// <summary>
/// Positions across for ordered layers: Brandes and Köpf (2002), "Fast and simple horizontal coordinate assignment". Chains stand straight
/// and long arrows have at most two bends. Four layouts (aligned to upper or lower neighbours, packed to the left or right) are averaged.
/// </summary>
internal sealed class AlignedColumns
{
    private readonly List<List<int>> _layers, _up, _down;
    private readonly double[] _widths;
    private readonly int[] _layerOf, _place;
    private readonly HashSet<(int Upper, int Lower)> _crossingLanes = [];

    private AlignedColumns(List<List<int>> layers, List<List<int>> up, List<List<int>> down, double[] widths)
    {
        (_layers, _up, _down, _widths) = (layers, up, down, widths);
        _layerOf = new int[widths.Length];
        _place = new int[widths.Length];
        for (int l = 0; l < layers.Count; l++)
        {
            for (int i = 0; i < layers[l].Count; i++)
                (_layerOf[layers[l][i]], _place[layers[l][i]]) = (l, i);
        }
    }

    /// <summary>Centres; neighbours in a layer are at least half the sum of their <paramref name="widths"/> apart.</summary>
    public static double[] Of(List<List<int>> layers, List<List<int>> up, List<List<int>> down, double[] widths, Func<int, bool> isLane)
    {
        var columns = new AlignedColumns(layers, up, down, widths);
        columns.FindCrossingLanes(isLane);
        double[][] four = [.. from fromAbove in new[] { true, false } from toLeft in new[] { true, false } select columns.Layout(fromAbove, toLeft)];
        int narrowest = Enumerable.Range(0, 4).MinBy(k => columns.Extent(four[k]) is var (low, high) ? high - low : 0);
        var (left, right) = columns.Extent(four[narrowest]);
        for (int k = 0; k < 4; k++)
        {
            var (low, high) = columns.Extent(four[k]);
            double shift = k % 2 == 0 ? left - low : right - high;
            for (int v = 0; v < widths.Length; v++)
                four[k][v] += shift;
        }

        return [.. Enumerable.Range(0, widths.Length).Select(v =>
        {
            double[] sorted = [.. four.Select(x => x[v]).Order()];
            return (sorted[1] + sorted[2]) / 2;
        })];
    }

    // Where the inside of a long arrow crosses another arrow, the long one stays straight.
    private void FindCrossingLanes(Func<int, bool> isLane)
    {
        foreach (var layer in _layers)
        {
            var inner = layer.Where(v => isLane(v)).SelectMany(v => _up[v].Where(u => isLane(u)).Select(u => (Upper: u, Lower: v))).ToList();
            foreach (int v in layer)
            {
                foreach (int u in _up[v].Where(u => !(isLane(u) && isLane(v))))
                {
                    if (inner.Exists(i => (_place[i.Upper] - _place[u]) * (_place[i.Lower] - _place[v]) < 0))
                        _crossingLanes.Add((u, v));
                }
            }
        }
    }

    private double[] Layout(bool fromAbove, bool toLeft)
    {
        int[] root = Align(fromAbove, toLeft);
        double[] x = Pack(root, toLeft);
        for (int v = 0; v < x.Length; v++)
            x[v] = x[root[v]];
        return x;
    }

    // Each vertex joins the block of the middle one of its neighbours, unless that would cross a block already joined.
    private int[] Align(bool fromAbove, bool toLeft)
    {
        int[] root = [.. Enumerable.Range(0, _widths.Length)], next = [.. root];
        for (int k = 0; k < _layers.Count; k++)
        {
            var layer = _layers[fromAbove ? k : _layers.Count - 1 - k];
            int reached = toLeft ? -1 : int.MaxValue;
            for (int n = 0; n < layer.Count; n++)
            {
                int v = layer[toLeft ? n : layer.Count - 1 - n];
                int[] near = [.. (fromAbove ? _up : _down)[v].OrderBy(u => _place[u])];
                int[] middles = near.Length == 0 ? [] : [near[(near.Length - 1) / 2], near[near.Length / 2]];
                foreach (int u in toLeft ? middles : middles.Reverse())
                {
                    bool crosses = _crossingLanes.Contains(fromAbove ? (u, v) : (v, u));
                    if (next[v] == v && !crosses && (toLeft ? reached < _place[u] : reached > _place[u]))
                    {
                        next[u] = v;
                        root[v] = root[u];
                        next[v] = root[v];
                        reached = _place[u];
                    }
                }
            }
        }

        return root;
    }

    // Blocks as near to one side as the order allows, then back as far as nothing moves apart that could be together.
    private double[] Pack(int[] root, bool toLeft)
    {
        var apart = new Dictionary<(int Left, int Right), double>();
        foreach (var layer in _layers)
        {
            for (int i = 0; i + 1 < layer.Count; i++)
            {
                var key = (root[layer[i]], root[layer[i + 1]]);
                apart[key] = Math.Max(apart.GetValueOrDefault(key), (_widths[layer[i]] + _widths[layer[i + 1]]) / 2);
            }
        }

        var lefts = apart.ToLookup(a => a.Key.Right, a => (Other: a.Key.Left, a.Value));
        var rights = apart.ToLookup(a => a.Key.Left, a => (Other: a.Key.Right, a.Value));
        var order = Sorted(root, lefts, rights);
        double[] x = new double[_widths.Length];
        if (toLeft)
        {
            foreach (int b in order)
                x[b] = lefts[b].Select(l => x[l.Other] + l.Value).DefaultIfEmpty(0).Max();
            foreach (int b in Enumerable.Reverse(order))
                x[b] = Math.Max(x[b], rights[b].Select(r => x[r.Other] - r.Value).DefaultIfEmpty(x[b]).Min());
        }
        else
        {
            foreach (int b in Enumerable.Reverse(order))
                x[b] = rights[b].Select(r => x[r.Other] - r.Value).DefaultIfEmpty(0).Min();
            foreach (int b in order)
                x[b] = Math.Min(x[b], lefts[b].Select(l => x[l.Other] + l.Value).DefaultIfEmpty(x[b]).Max());
        }

        return x;
    }

    private static List<int> Sorted(int[] root, ILookup<int, (int Other, double)> lefts, ILookup<int, (int Other, double)> rights)
    {
        int[] blocks = [.. root.Distinct()];
        var waiting = blocks.ToDictionary(b => b, b => lefts[b].Count());
        var ready = new Queue<int>(blocks.Where(b => waiting[b] == 0));
        var order = new List<int>();
        while (ready.TryDequeue(out int b))
        {
            order.Add(b);
            foreach (var (other, _) in rights[b])
            {
                if (--waiting[other] == 0)
                    ready.Enqueue(other);
            }
        }

        return order;
    }

    private (double Low, double High) Extent(double[] x)
        => x.Length == 0 ? (0, 0) : (Enumerable.Range(0, x.Length).Min(v => x[v] - (_widths[v] / 2)), Enumerable.Range(0, x.Length).Max(v => x[v] + (_widths[v] / 2)));
}
